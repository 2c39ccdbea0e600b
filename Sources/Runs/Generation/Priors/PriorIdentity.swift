import Autoencoders
import Files
import Foundation
import Latents
import Torch
import Training

/// What priors of one training have in common. Each layer keeps it beside its weights, so that a layer of another training
/// is not taken for one of these, and a `prior.json` that was changed is not believed.
struct PriorIdentity {
    /// What the codes mean.
    let space: CodeSpace
    /// The digest that ``training(_:_:)`` gives; `nil` for priors that were begun by an earlier version.
    let training: String?

    private static let spaceKey = CodesFile.spaceKey
    private static let trainingKey = "training"
    private static let settingsKey = "settings"

    /// A name for the training of priors: the SHA-256 of the settings that decide what is trained and of the codes. The
    /// same training has the same name, so that its files stay the same too.
    ///
    /// - Throws: `DigestError`, `TorchError`, and what encoding throws.
    static func training(_ configuration: PriorConfiguration, _ codes: CodesFile) throws -> String {
        let digest = try SHA256Digest()
        try digest.update(text(codes.space))
        try digest.update(text(configuration.identity(except: PriorTraining.freeSettings)))
        try digest.update("\(codes.indices)\(codes.labels ?? [])")
        for grid in codes.codes.grids {
            try grid.contiguous().withBytes { try digest.update(UnsafeRawBufferPointer($0)) }
        }
        return try digest.finish()
    }

    /// The metadata of a layer's weights.
    ///
    /// - Parameter configuration: The layer's settings.
    /// - Throws: What encoding throws.
    func notes(_ configuration: PriorConfiguration) throws -> [String: String] {
        var notes = [
            Self.spaceKey: try Self.text(space),
            Self.settingsKey: try Self.text(configuration.identity(except: PriorTraining.freeSettings)),
        ]
        notes[Self.trainingKey] = training
        return notes
    }

    /// What makes a checkpoint one of a layer's training.
    ///
    /// - Parameter configuration: The layer's settings.
    func run(_ configuration: PriorConfiguration) -> [String: String] {
        // Threads and precision are in a checkpoint as they really were.
        var run = configuration.identity(
            except: PriorTraining.freeSettings + ["training.precision"])
        run["the training of all layers"] = training
        return run
    }

    /// Checks that a layer's weights are of this training and of these settings.
    ///
    /// - Parameters:
    ///   - folder: The layer's model.
    ///   - layer: From 0.
    ///   - configuration: The settings in its folder.
    ///   - description: The path of `prior.json`.
    /// - Throws: ``PriorError/foreignLayer(path:layer:reason:)``, `FileError`.
    func check(_ folder: ModelFolder, layer: Int, _ configuration: PriorConfiguration, description: String) throws {
        let notes = try folder.weightsMetadata()
        func foreign(_ reason: String) -> PriorError {
            .foreignLayer(path: folder.url.path, layer: layer + 1, reason: reason)
        }
        guard notes[Self.trainingKey] == training else {
            throw foreign("it is of another training than \(description)")
        }
        if let text = notes[Self.spaceKey],
            let own = try? JSONDecoder().decode(CodeSpace.self, from: Data(text.utf8)), own != space
        {
            let reason = own.mismatch(with: space, classes: .equal) ?? "the sizes of images or the structures differ"
            throw foreign("it was trained on other codes than \(description) describes: \(reason)")
        }
        guard let text = notes[Self.settingsKey],
            let settings = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        else { return }
        let now = configuration.identity(except: PriorTraining.freeSettings)
        // A setting that one version knows and another does not is no difference.
        let changes = settings.sorted { $0.key < $1.key }.compactMap { key, value in
            now[key].flatMap { $0 == value ? nil : "\(key) was \(value) and is \($0)" }
        }
        guard changes.isEmpty else {
            throw foreign("its config.json was changed after training: \(changes.joined(separator: ", "))")
        }
    }

    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
