import Autoencoders
import Files
import Foundation
import Torch

/// Everything that a run is at one step: weights, averages, codebook statistics, optimiser.
///
/// The data's position and all randomness are functions of seed and step, so the step says them.
struct Checkpoint {
    /// What `state.json` holds.
    struct State: Codable, Equatable {
        var formatVersion: Int
        var step: Int
        /// How many training images there are: the order of the data depends on it.
        var images: Int
        var threads: Int
        var libTorch: String
        var device: String
        var elementType: String

        /// The state of this process.
        init(step: Int, images: Int, _ model: any Autoencoder, _ device: Device) {
            formatVersion = Checkpoint.formatVersion
            self.step = step
            self.images = images
            threads = Engine.threadCount
            libTorch = Engine.version
            self.device = "\(device)"
            elementType = "\(model.precision)"
        }

        /// What will make a resumed run differ in its last digits from one that was not interrupted.
        func differences(from now: State) -> [String] {
            [
                ("threads", "\(threads)", "\(now.threads)"), ("LibTorch", libTorch, now.libTorch),
                ("device", device, now.device), ("element type", elementType, now.elementType),
            ].filter { $0.1 != $0.2 }.map {
                "the run had the \($0.0) \($0.1) before and has \($0.2) now; results will differ in the last digits"
            }
        }
    }

    static let formatVersion = 1

    private static let stateFile = "state.json"

    /// The live tensors of each file of a checkpoint.
    private static func parts(
        _ model: any Autoencoder, _ optimizer: Adam, _ averaging: WeightAveraging
    ) throws -> [(file: String, tensors: [(name: String, tensor: Tensor)])] {
        [
            ("weights.safetensors", try model.parameters.state()), ("averages.safetensors", averaging.state()),
            ("statistics.safetensors", model.statistics()), ("optimizer.safetensors", optimizer.state()),
        ]
    }

    /// Writes a checkpoint, whole or not at all.
    static func save(
        _ state: State, to folder: URL, model: any Autoencoder, optimizer: Adam, averaging: WeightAveraging
    ) throws {
        try AtomicFolder.create(folder.deletingLastPathComponent())
        try AtomicFolder.write(to: folder) { folder in
            for part in try parts(model, optimizer, averaging) {
                try Safetensors.write(part.tensors, to: folder.appendingPathComponent(part.file))
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            try AtomicFile.write(try encoder.encode(state), to: folder.appendingPathComponent(stateFile))
        }
    }

    /// Reads a checkpoint into a run's live tensors.
    ///
    /// - Throws: `FileError`, ``TrainingError/malformedCheckpoint(path:reason:)``, `TorchError.mismatchedParameters`.
    static func load(
        from folder: URL, into model: any Autoencoder, _ optimizer: Adam, _ averaging: WeightAveraging
    ) throws -> State {
        let file = folder.appendingPathComponent(stateFile)
        let cure = "remove this checkpoint's folder to resume from the one before"
        let data = try FileReader.read(file, cure: cure)
        let state: State
        do {
            state = try JSONDecoder().decode(State.self, from: data)
        } catch {
            throw TrainingError.malformedCheckpoint(path: file.path, reason: "it is not the JSON of a checkpoint")
        }
        guard state.formatVersion == formatVersion, state.step >= 0 else {
            throw TrainingError.malformedCheckpoint(
                path: file.path,
                reason: "formatVersion \(state.formatVersion), step \(state.step): this version reads format"
                    + " \(formatVersion)")
        }
        for part in try parts(model, optimizer, averaging) {
            let file = folder.appendingPathComponent(part.file)
            do {
                try copyState(
                    Safetensors.read(file, cure: cure).tensors, into: part.tensors, source: file.path)
            } catch FileError.malformed(_, let reason, _) {
                throw TrainingError.malformedCheckpoint(path: file.path, reason: reason)
            }
        }
        return state
    }
}
