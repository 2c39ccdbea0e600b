import Autoencoders
import Foundation
import Torch
import Training

/// A trained model that takes part in a comparison.
public struct ComparedModel {
    /// What tables call it.
    public let name: String
    /// What it was made from.
    public let configuration: RunConfiguration
    /// The model.
    public let model: any Autoencoder

    /// Wraps a model.
    public init(name: String, configuration: RunConfiguration, model: any Autoencoder) {
        self.name = name
        self.configuration = configuration
        self.model = model
    }

    /// Loads a model by its folder, or by `NAME=FOLDER`.
    ///
    /// - Throws: As `ModelFolder.load`.
    public init(_ argument: String, on device: Device, precision: Precision? = nil) throws {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        // A folder whose own name holds '=' is a folder.
        let isNamed = parts.count == 2 && !FileManager.default.fileExists(atPath: argument)
        let folder = URL(fileURLWithPath: isNamed ? parts[1] : argument)
        let (configuration, model) = try ModelFolder(folder).load(on: device, precision: precision)
        self.init(
            name: isNamed ? parts[0] : folder.standardizedFileURL.lastPathComponent, configuration: configuration,
            model: model)
    }

    /// Checks that models can be compared: that all have names of their own and take the same images.
    ///
    /// - Throws: ``ComparisonError``.
    public static func check(_ models: [ComparedModel]) throws {
        guard let first = models.first else { throw ComparisonError.noModels }
        var names: Set<String> = []
        for model in models where !names.insert(model.name).inserted {
            throw ComparisonError.sameName(name: model.name)
        }
        guard models.allSatisfy({ $0.images == first.images }) else {
            throw ComparisonError.differentData(models: models.map { "\($0.name): \($0.imageText)" })
        }
    }

    /// What decides which pixels a model is measured on.
    private var images: [String] {
        let data = configuration.data
        return [data.kind.rawValue, "\(data.channels)", "\(data.height)", "\(data.width)"]
            + (data.kind == .folder ? ["\(data.testShare)"] : [])
    }

    private var imageText: String {
        let data = configuration.data
        return "\(data.kind.rawValue), \(data.width)×\(data.height)×\(data.channels)"
            + (data.kind == .folder ? ", test share \(data.testShare)" : "")
    }
}
