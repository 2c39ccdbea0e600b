import Files
import Foundation
import Torch

/// A classifier on disk: a folder with `config.json` and `model.safetensors`.
package struct ClassifierFolder: Sendable {
    /// The folder.
    package let url: URL

    /// Names a folder; nothing is read yet.
    package init(_ url: URL) { self.url = url }

    /// The configuration, with the accuracy, as JSON.
    package var configurationFile: URL { FolderReplacement.current("config.json", in: url) }
    /// The weights.
    package var weightsFile: URL { FolderReplacement.current("model.safetensors", in: url) }

    /// Reads the configuration.
    ///
    /// - Throws: `FileError`, ``FeaturesError/holdsAutoencoder(path:)``, and what
    ///   ``ClassifierConfiguration/init(json:source:)`` throws.
    package func configuration() throws -> ClassifierConfiguration {
        let remedy: Message = "give the folder of a classifier that \(phrase: .classifierTraining) wrote"
        guard try FileStatus.exists(url) else {
            throw FileError.missing(path: url.path, remedy: remedy)
        }
        _ = try? FolderReplacement.finish(url)
        let data = try FileReader.read(configurationFile, remedy: remedy, limit: FileReader.textLimit)
        if Self.describesAutoencoder(data) { throw FeaturesError.holdsAutoencoder(path: url.path) }
        return try ClassifierConfiguration(json: data, source: configurationFile.path)
    }

    /// Reads the classifier.
    ///
    /// - Parameter device: Where its parameters go.
    /// - Throws: As ``configuration()``; `TorchError.mismatchedParameters` with every weight that does not fit.
    package func load(on device: Device = .cpu) throws -> ImageClassifier {
        let configuration = try configuration()
        let weights = try Safetensors.read(
            weightsFile, remedy: "the folder holds a configuration without weights; train the classifier again")
        let classifier = try ImageClassifier(configuration, device: device)
        try classifier.parameters.load(weights.tensors, source: weightsFile.path)
        return classifier
    }

    /// Writes both files, together or not at all. Other files of the folder stay.
    ///
    /// - Parameters:
    ///   - classifier: The weights.
    ///   - accuracy: What was measured with them, kept in the configuration.
    /// - Throws: ``FeaturesError/holdsAutoencoder(path:)``, `FileError`, `TorchError`.
    package func save(_ classifier: ImageClassifier, accuracy: ClassifierAccuracy? = nil) throws {
        try refuseAutoencoder()
        var configuration = classifier.configuration
        configuration.accuracy = accuracy
        let json = try configuration.jsonData()
        let names = ["config.json", "model.safetensors"]
        try FolderReplacement.write(
            in: url,
            replacing: names.filter { try FileStatus.exists(url.appendingPathComponent($0)) }
        ) { folder in
            let new = ClassifierFolder(folder)
            try Safetensors.write(
                try classifier.parameters.state(), metadata: ["format": "pt", "generator": "hrvq"], to: new.weightsFile)
            try AtomicFile.write(json, to: new.configurationFile)
        }
    }

    /// Writes what was measured with the weights that the folder holds already.
    ///
    /// - Throws: `FileError`, ``FeaturesError``.
    package func add(_ accuracy: ClassifierAccuracy, to configuration: ClassifierConfiguration) throws {
        var configuration = configuration
        configuration.accuracy = accuracy
        try AtomicFile.write(configuration.jsonData(), to: configurationFile)
    }

    /// Whether the folder's configuration is that of a classifier.
    package var isClassifier: Bool {
        guard let data = try? FileReader.read(configurationFile),
            let table = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return false }
        return table["model"] as? String == "classifier"
    }

    /// Refuses a folder whose model a classifier must not replace.
    ///
    /// - Throws: ``FeaturesError/holdsAutoencoder(path:)``.
    package func refuseAutoencoder() throws {
        if let data = try? FileReader.read(configurationFile), Self.describesAutoencoder(data) {
            throw FeaturesError.holdsAutoencoder(path: url.path)
        }
    }

    /// Whether a `config.json` is that of a training run of an autoencoder, which has sections.
    private static func describesAutoencoder(_ json: Data) -> Bool {
        guard let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else { return false }
        return object["quantizer"] is [String: Any] || object["model"] is [String: Any]
    }
}
