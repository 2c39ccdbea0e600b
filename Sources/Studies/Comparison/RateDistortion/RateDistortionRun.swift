import Foundation
import Training

/// A model that takes part: its folder and what it was made from, without its weights.
package struct RateDistortionRun: Sendable, Equatable {
    /// What tables and charts call it.
    package let name: String
    /// The folder of the run or the model.
    package let folder: URL
    /// What it was made from.
    package let configuration: RunConfiguration

    /// Wraps a folder whose configuration is known.
    package init(name: String, folder: URL, configuration: RunConfiguration) {
        self.name = name
        self.folder = folder
        self.configuration = configuration
    }

    /// Reads the configuration of a folder, or of `NAME=FOLDER`.
    ///
    /// - Throws: `FileError`, `ConfigurationError`.
    package init(_ argument: String) throws {
        let named = NamedFolder(argument)
        self.init(
            name: named.name, folder: named.url, configuration: try ModelFolder(named.url).configuration())
    }

    /// Checks that models can be measured on the same images: that all have names of their own and the same channels.
    ///
    /// - Parameters:
    ///   - runs: The models; none is fine.
    ///   - sameData: Whether they must be of the same data set and shape too.
    /// - Throws: ``RateDistortionError``, ``ComparisonError/differentData(models:)``.
    package static func check(_ runs: [RateDistortionRun], sameData: Bool) throws {
        var names: Set<String> = []
        for run in runs where !names.insert(run.name).inserted {
            throw RateDistortionError.sameName(name: run.name)
        }
        guard Set(runs.map(\.configuration.data.channels)).count <= 1 else {
            throw RateDistortionError.differentChannels(
                models: runs.map { "\($0.name): \($0.configuration.data.channels)" })
        }
        guard !sameData || Set(runs.map(\.configuration.data.imageIdentity)).count <= 1 else {
            throw ComparisonError.differentData(
                models: runs.map { "\($0.name): \($0.configuration.data.imageText)" })
        }
    }
}
