import Autoencoders
import Torch
import Training

/// A trained model that takes part in a comparison.
package struct ComparedModel {
    /// What tables call it.
    package let name: String
    /// What it was made from.
    package let configuration: RunConfiguration
    /// The model.
    package let model: any Autoencoder

    /// Wraps a model.
    package init(name: String, configuration: RunConfiguration, model: any Autoencoder) {
        self.name = name
        self.configuration = configuration
        self.model = model
    }

    /// Loads a model by its folder, or by `NAME=FOLDER`.
    ///
    /// - Throws: As `ModelFolder.load`.
    package init(_ argument: String, on device: Device, precision: Precision? = nil) throws {
        let named = NamedFolder(argument)
        let (configuration, model) = try ModelFolder(named.url).load(on: device, precision: precision)
        self.init(name: named.name, configuration: configuration, model: model)
    }

    /// Checks that models can be compared: that all have names of their own and take the same images.
    ///
    /// - Throws: ``ComparisonError``.
    package static func check(_ models: [ComparedModel]) throws {
        guard !models.isEmpty else { throw ComparisonError.noModels }
        var names: Set<String> = []
        for model in models where !names.insert(model.name).inserted {
            throw ComparisonError.sameName(name: model.name)
        }
        guard Set(models.map(\.configuration.data.imageIdentity)).count == 1 else {
            throw ComparisonError.differentData(
                models: models.map { "\($0.name): \($0.configuration.data.imageText)" })
        }
    }
}
