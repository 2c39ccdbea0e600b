import Files
import Foundation
import Settings
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
    /// - Throws: `FileError`, ``FeaturesError/holdsOther(path:found:)``, and what
    ///   ``ClassifierConfiguration/init(stored:source:)`` throws.
    package func configuration() throws -> ClassifierConfiguration {
        let remedy: Message = "give the folder of a classifier that \(phrase: .classifierTraining) wrote"
        guard try FileStatus.exists(url) else {
            throw FileError.missing(path: url.path, remedy: remedy)
        }
        _ = try? FolderReplacement.finish(url)
        let data = try FileReader.read(configurationFile, remedy: remedy, limit: FileReader.textLimit)
        try refuseOther(data)
        return try ClassifierConfiguration(stored: data, source: Message(configurationFile.path))
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
    /// - Throws: ``FeaturesError/holdsOther(path:found:)``, `FileError`, `TorchError`.
    package func save(_ classifier: ImageClassifier, accuracy: ClassifierAccuracy? = nil) throws {
        try refuseOther()
        var configuration = classifier.configuration
        configuration.accuracy = accuracy
        let json = try configuration.storedData()
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
    /// - Throws: `ConfigurationError`, `FileError`.
    package func add(_ accuracy: ClassifierAccuracy, to configuration: ClassifierConfiguration) throws {
        var configuration = configuration
        configuration.accuracy = accuracy
        try AtomicFile.write(configuration.storedData(), to: configurationFile)
    }

    /// Whether the folder's configuration is that of a classifier.
    package var isClassifier: Bool {
        (try? FileReader.read(configurationFile)).flatMap { StoredFormat.name(ofJSON: $0) }
            == ClassifierConfiguration.formatName
    }

    /// Refuses a folder whose model a classifier must not replace.
    ///
    /// - Throws: ``FeaturesError/holdsOther(path:found:)``.
    package func refuseOther() throws {
        if let data = try? FileReader.read(configurationFile) { try refuseOther(data) }
    }

    private func refuseOther(_ json: Data) throws {
        if let found = StoredFormat.name(ofJSON: json), found != ClassifierConfiguration.formatName {
            throw FeaturesError.holdsOther(path: url.path, found: StoredFormat.subject(found))
        }
    }
}
