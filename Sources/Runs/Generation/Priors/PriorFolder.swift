import Files
import Foundation
import Latents
import Priors
import Torch
import Training

/// The priors of a model on disk: a folder a layer, and what the codes mean.
///
///     PRIOR/prior.json        which model's codes (``CodeSpace``), and the classes' names
///         layer-1/            a training run: config.json, model.safetensors, checkpoints, metrics.jsonl
///         layer-2/ …
public struct PriorFolder: Sendable {
    /// The folder.
    public let url: URL

    /// Names a folder; nothing is read yet.
    public init(_ url: URL) { self.url = url }

    /// What the codes mean, as JSON.
    package var descriptionFile: URL { url.appendingPathComponent("prior.json") }

    /// The run of a layer, counted from 0; on disk layers count from 1.
    package func run(layer: Int) -> RunFolder {
        RunFolder(url.appendingPathComponent("layer-\(layer + 1)", isDirectory: true))
    }

    /// The files beside the layers' folders.
    static let firstFiles: Set<String> = ["prior.json", "config.json"]

    /// Removes the priors of all layers, also of more than the new ones are, and nothing else that a user may keep here.
    ///
    /// - Returns: What was removed, for people.
    /// - Throws: `TrainingError.runInUse(path:)` while a layer is trained, `FileError.unwritable`.
    @discardableResult
    func clear() throws -> [String] {
        guard holdsPriors else { return [] }
        var removed: [String] = []
        let names = try FolderContents.names(of: url).sorted()
        for name in names where name.hasPrefix("layer-") && Int(name.dropFirst(6)) != nil {
            let run = RunFolder(url.appendingPathComponent(name, isDirectory: true))
            removed += try run.clearUnused().map { "\(name)/\($0)" }
            // Only empty folders can be removed so; a layer that never came to its first file leaves them.
            for folder in [run.checkpoints, run.samples, run.url] { rmdir(folder.path) }
        }
        for name in names where Self.firstFiles.contains(name) {
            try AtomicFile.remove(url.appendingPathComponent(name))
            removed.append(name)
        }
        return removed
    }

    /// Whether a folder holds priors, so that commands that take models can tell them apart.
    package static func isPrior(_ url: URL) -> Bool {
        FileManager.default.fileExists(atPath: PriorFolder(url).descriptionFile.path)
    }

    private struct Description: Codable {
        var formatVersion: Int
        var codes: CodeSpace
        /// See ``PriorIdentity``; earlier versions wrote none.
        var training: String?
    }

    /// Reads which codes the priors are of.
    ///
    /// - Throws: `FileError`.
    package func codeSpace() throws -> CodeSpace { try identity().space }

    /// Reads which codes the priors are of, and of which training they are.
    ///
    /// - Throws: `FileError`.
    func identity() throws -> PriorIdentity {
        let remedy: Message = "give the folder that \(phrase: .priorTraining) wrote"
        guard try FileStatus.exists(url) else {
            throw FileError.missing(path: url.path, remedy: remedy)
        }
        let data = try FileReader.read(descriptionFile, remedy: remedy, limit: FileReader.textLimit)
        func malformed(_ reason: String) -> FileError {
            .malformed(
                path: descriptionFile.path, reason: "is not the description of priors: it \(reason)",
                expected: "JSON as \(phrase: .priorTraining) writes it, formatVersion 1")
        }
        let description: Description
        do {
            description = try JSONDecoder().decode(Description.self, from: data)
        } catch {
            throw malformed(JSONProblem.text(error, in: data))
        }
        guard description.formatVersion == 1 else {
            throw malformed("has the formatVersion \(description.formatVersion)")
        }
        guard description.codes.isPlausible else { throw malformed("describes codes that no model has") }
        return PriorIdentity(space: description.codes, training: description.training)
    }

    /// Writes which codes the priors are of, unless that is written already: of several programs that begin layers of one
    /// folder at the same time, the first one's description is that of all.
    ///
    /// - Throws: `FileError`.
    func write(_ identity: PriorIdentity) throws {
        let data = try ReportJSON.data(
            Description(formatVersion: 1, codes: identity.space, training: identity.training))
        try AtomicFile.writeIfAbsent(data, to: descriptionFile)
    }

    /// Whether the folder holds what ``PriorTraining`` wrote, by what its description says.
    ///
    /// A damaged description counts; a file of the same name that describes something else does not.
    var holdsPriors: Bool {
        guard let data = try? FileReader.read(descriptionFile) else { return false }
        guard let table = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else { return false }
        return table["formatVersion"] is Int && table["codes"] is [String: Any]
    }

    /// Reads the prior of a layer.
    ///
    /// - Parameters:
    ///   - layer: From 0.
    ///   - space: The codes it is of, as ``codeSpace()`` gives them.
    ///   - device: Where its parameters go.
    ///   - precision: Takes the place of the configuration's.
    /// - Throws: ``PriorError/missingLayer(path:layer:layers:)``, ``PriorError/foreignLayer(path:layer:reason:)``,
    ///   `FileError`, `ConfigurationError`, `TorchError`.
    package func load(
        layer: Int, of space: CodeSpace, on device: Device = .cpu, precision: Precision? = nil
    ) throws -> PixelSNAIL {
        let (network, configuration) = try network(layer: layer, of: space, on: device)
        try run(layer: layer).model.loadWeights(into: network.parameters)
        network.precision = (precision ?? configuration.training.precision).resolve(on: device)
        return network
    }

    /// The prior of a layer without its weights, which are checked and not loaded.
    ///
    /// - Throws: As `load(layer:of:on:precision:)`.
    func outline(layer: Int, of space: CodeSpace) throws -> PixelSNAIL {
        let network = try network(layer: layer, of: space, on: .meta).network
        try run(layer: layer).model.checkWeights(of: network.parameters)
        return network
    }

    private func network(
        layer: Int, of space: CodeSpace, on device: Device
    ) throws -> (network: PixelSNAIL, configuration: PriorConfiguration) {
        let run = run(layer: layer)
        guard FileManager.default.fileExists(atPath: run.model.weightsFile.path) else {
            throw PriorError.missingLayer(path: url.path, layer: layer + 1, layers: space.layers.count)
        }
        let configuration = try run.model.configuration(of: PriorConfiguration.self)
        try identity().check(run.model, layer: layer, configuration, description: descriptionFile.path)
        let settings = try configuration.resolved(layer: layer, of: space.layers.count)
            .settings(layer: layer, in: space)
        if device == .cpu {
            try PixelSNAIL.outline(settings).parameters.requireMemory(
                for: "the prior of layer \(layer + 1)", remedy: "choose priors of a smaller network")
        }
        let network = try PixelSNAIL(
            settings, generator: Generator(seed: 0, device: device == .meta ? .meta : .cpu), device: device)
        return (network, configuration)
    }

    /// The training step of a layer's stored weights.
    ///
    /// - Throws: `FileError`.
    func step(layer: Int) throws -> Int {
        try Int(run(layer: layer).model.weightsMetadata()["step"] ?? "") ?? 0
    }

    /// Reads the priors of all layers.
    ///
    /// - Throws: As `load(layer:of:on:precision:)`.
    public func load(on device: Device = .cpu, precision: Precision? = nil) throws -> PriorSet {
        let space = try codeSpace()
        return PriorSet(
            space: space,
            networks: try space.layers.indices.map {
                try load(layer: $0, of: space, on: device, precision: precision)
            }, path: url.path,
            needsClass: try space.layers.indices.contains { layer in
                let conditioning = try run(layer: layer).model.configuration(of: PriorConfiguration.self).conditioning
                return conditioning.label && conditioning.labelDropout == 0 && !space.classNames.isEmpty
            })
    }
}

/// The priors of all layers of a model: p(e¹) p(e² | e¹) … (Adiban et al., BMVC 2022, section 3.3).
public struct PriorSet {
    /// What the codes mean.
    public let space: CodeSpace
    /// One network a layer, in the order of sampling.
    package let networks: [PixelSNAIL]
    /// Where they come from, for errors.
    package let path: String

    /// Whether a layer was told the class of every image that it was trained on, so that it cannot do without.
    package var needsClass = false

    /// Whether any layer knows classes.
    public var isConditional: Bool { networks.contains { $0.settings.classes > 0 } }

    /// Checks that a model is the one whose codes the priors know; a model by itself knows no classes.
    ///
    /// - Throws: ``PriorError/otherModel(what:other:reason:)``.
    package func check(_ model: CodeSpace, path other: String) throws {
        if let reason = space.mismatch(with: model, classes: .equalOrNone) {
            throw PriorError.otherModel(what: path, other: other, reason: reason)
        }
    }
}
