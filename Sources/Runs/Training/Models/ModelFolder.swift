import Autoencoders
import Files
import Foundation
import Quantization
import Settings
import Torch

/// A model on disk: a folder with `config.json` and `model.safetensors`, the convention of the Hugging Face hub.
public struct ModelFolder: Sendable {
    /// The folder.
    public let url: URL

    /// Names a folder; nothing is read yet.
    public init(_ url: URL) { self.url = url }

    /// The resolved configuration, as JSON.
    package var configurationFile: URL { FolderReplacement.current("config.json", in: url) }
    /// The weights for evaluation (the averaged ones), and the codebooks.
    package var weightsFile: URL { FolderReplacement.current("model.safetensors", in: url) }

    /// Reads the configuration.
    ///
    /// - Throws: `FileError` where it is missing, `ConfigurationError` where it is not one.
    public func configuration() throws -> RunConfiguration { try configuration(of: RunConfiguration.self) }

    /// Reads the configuration of any kind of model; see ``configuration()``.
    package func configuration<Configuration: KeyedConfiguration>(
        of type: Configuration.Type
    ) throws -> Configuration {
        guard try FileStatus.exists(url) else {
            throw FileError.missing(path: url.path, remedy: "give the folder of a training run or of a model")
        }
        // Where it cannot be completed, for example without permission, the new files are read from where they are.
        _ = try? FolderReplacement.finish(url)
        try refuseOtherFolder(expected: Configuration.self)
        let data = try FileReader.read(
            configurationFile, remedy: "give a folder that holds config.json and model.safetensors",
            limit: FileReader.textLimit)
        return try configuration(json: data)
    }

    /// Reads the configuration from the bytes of ``configurationFile``.
    ///
    /// - Throws: `ConfigurationError`, or `FileError` where it is that of another kind of model.
    package func configuration<Configuration: KeyedConfiguration>(json data: Data) throws -> Configuration {
        if let found = StoredFormat.name(ofJSON: data), found != Configuration.formatName {
            throw otherFolder(StoredFormat.subject(found), expected: Configuration.self)
        }
        let configuration = try Configuration(json: data, source: Message(configurationFile.path))
        try configuration.validate()
        return configuration
    }

    /// Refuses a folder that says by a file what it is, and is no model's.
    private func refuseOtherFolder(expected: (some KeyedConfiguration).Type) throws {
        guard try !FileStatus.exists(configurationFile) else { return }
        for (name, content) in [("experiment.json", "an experiment"), ("prior.json", "the priors of all layers")]
        where try FileStatus.exists(url.appendingPathComponent(name)) {
            throw otherFolder(content, expected: expected)
        }
    }

    private func otherFolder<Configuration: KeyedConfiguration>(
        _ found: String, expected: Configuration.Type
    ) -> FileError {
        .malformed(
            path: url.path, reason: "holds \(name: found)",
            expected: "the folder of \(Configuration.subject) or of its run")
    }

    /// Reads the model.
    ///
    /// - Parameters:
    ///   - device: Where its parameters go.
    ///   - precision: Takes the place of the configuration's.
    /// - Returns: The configuration and the model, its codebooks marked as initialised.
    /// - Throws: `FileError`, `ConfigurationError`; `TorchError.mismatchedParameters` with every weight that does
    ///   not fit.
    public func load(
        on device: Device = .cpu, precision: Precision? = nil
    ) throws -> (configuration: RunConfiguration, model: any Autoencoder) {
        let configuration = try configuration()
        let weights = try Safetensors.read(weightsFile, remedy: weightsRemedy)
        let model = try configuration.makeAutoencoder(on: device)
        try load(weights.tensors, into: model.parameters)
        for quantizer in model.quantizers { try quantizer.markInitialized() }
        model.precision = configuration.elementType(on: device, choice: precision)
        return (configuration, model)
    }

    /// Reads the weights into a model's parameters.
    ///
    /// - Throws: `FileError`; `TorchError.mismatchedParameters` with every weight that does not fit.
    package func loadWeights(into parameters: ParameterStore) throws {
        try load(Safetensors.read(weightsFile, remedy: weightsRemedy).tensors, into: parameters)
    }

    private func load(_ weights: [String: Tensor], into parameters: ParameterStore) throws {
        try parameters.load(weights, source: weightsFile.path)
        try refuse(spoilt: parameters.notFinite())
    }

    /// Refuses weights of a run that diverged.
    func refuse(spoilt: [String]) throws {
        guard spoilt.isEmpty else {
            throw FileError.malformed(
                path: weightsFile.path,
                reason: "holds numbers that are not finite: " + Listing.text(spoilt),
                expected: "the weights of a run that did not diverge")
        }
    }

    /// The metadata of the weights' file; nothing else of it is read.
    ///
    /// - Throws: `FileError`.
    package func weightsMetadata() throws -> [String: String] {
        let data = try FileReader.read(weightsFile, remedy: weightsRemedy)
        guard let metadata = FileContent.metadata(ofSafetensors: data) else {
            throw FileError.malformed(
                path: weightsFile.path, reason: "its header cannot be read",
                expected: "a safetensors file (this one may be cut off)")
        }
        return metadata
    }

    var weightsRemedy: Message {
        "the folder holds a configuration without weights; go on with its run by \(phrase: .resuming), or train again"
    }

    /// Writes both files, each whole or not at all, the weights first.
    ///
    /// - Parameters:
    ///   - configuration: The resolved configuration.
    ///   - parameters: The weights to store by name; those for evaluation.
    ///   - step: The training step of the weights, kept in the file's metadata.
    /// - Throws: `FileError`, `TorchError`.
    public func save(
        _ configuration: RunConfiguration, parameters: [(name: String, tensor: Tensor)], step: Int
    ) throws {
        try save(configuration, parameters: parameters, step: step, notes: [:])
    }

    /// Writes both files of any kind of model; see ``save(_:parameters:step:)``.
    ///
    /// - Parameter notes: Further texts for the metadata of the weights' file.
    package func save(
        _ configuration: some KeyedConfiguration, parameters: [(name: String, tensor: Tensor)], step: Int,
        notes: [String: String] = [:]
    ) throws {
        let metadata = ["format": "pt", "generator": "hrvq", "step": "\(step)"].merging(notes) { own, _ in own }
        try Safetensors.write(parameters, metadata: metadata, to: weightsFile)
        try AtomicFile.write(configuration.jsonData(), to: configurationFile)
    }
}
