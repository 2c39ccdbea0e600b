import Files
import Foundation
import Torch

/// Everything that a run is at one step: weights, averages, optimiser, and statistics such as those of codebooks.
///
/// The data's position and all randomness are functions of seed and step, so the step says them.
package enum Checkpoint {
    /// The live parts of a run, which a checkpoint is written from and read into.
    package struct Parts {
        let parameters: ParameterStore
        let optimizer: Adam
        let averaging: WeightAveraging
        let statistics: [(name: String, tensor: Tensor)]

        /// Names the parts.
        ///
        /// - Parameters:
        ///   - parameters: The network's.
        ///   - optimizer: Of these parameters.
        ///   - averaging: Of these parameters.
        ///   - statistics: What else the network learns, sharing its memory. Without any no file is written.
        package init(
            _ parameters: ParameterStore, _ optimizer: Adam, _ averaging: WeightAveraging,
            statistics: [(name: String, tensor: Tensor)] = []
        ) {
            self.parameters = parameters
            self.optimizer = optimizer
            self.averaging = averaging
            self.statistics = statistics
        }

        /// The live tensors of each file.
        fileprivate func files() throws -> [(name: String, tensors: [(name: String, tensor: Tensor)])] {
            var files: [(name: String, tensors: [(name: String, tensor: Tensor)])] = [
                ("weights.safetensors", try parameters.state()), ("averages.safetensors", averaging.state()),
            ]
            if !statistics.isEmpty { files.append(("statistics.safetensors", statistics)) }
            files.append(("optimizer.safetensors", optimizer.state()))
            return files
        }
    }

    /// What `state.json` holds.
    package struct State: Codable, Equatable {
        var formatVersion: Int
        /// Steps done.
        package var step: Int
        /// How many training images there are: the order of the data depends on it.
        package var images: Int
        var threads: Int
        package var libTorch: String
        var device: String
        var elementType: String

        /// The state of this process.
        ///
        /// - Parameters:
        ///   - step: Steps done.
        ///   - images: How many training images there are, or what else a run goes through.
        ///   - device: Where the network is.
        ///   - elementType: In which it computes.
        package init(step: Int, images: Int, device: Device, elementType: DataType) {
            formatVersion = Checkpoint.formatVersion
            self.step = step
            self.images = images
            threads = Engine.threadCount
            libTorch = Engine.version
            self.device = "\(device)"
            self.elementType = "\(elementType)"
        }

        /// Checks that a run with these images and so many steps can go on from here.
        ///
        /// - Throws: ``TrainingError/changedData(path:before:now:)``,
        ///   ``TrainingError/changedSettings(path:changes:)``.
        package func check(images now: Int, totalSteps: Int, path: String) throws {
            guard images == now else { throw TrainingError.changedData(path: path, before: images, now: now) }
            guard step <= totalSteps else {
                throw TrainingError.changedSettings(
                    path: path, changes: ["\(step) steps are done, and \(totalSteps) are asked for"])
            }
        }

        /// What will make a resumed run differ in its last digits from one that was not interrupted.
        package func differences(from now: State) -> [String] {
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

    /// Writes a checkpoint, whole or not at all.
    ///
    /// - Throws: `FileError`, `TorchError`.
    package static func save(_ state: State, to folder: URL, _ parts: Parts) throws {
        try AtomicFolder.create(folder.deletingLastPathComponent())
        try AtomicFolder.write(to: folder) { folder in
            for file in try parts.files() {
                try Safetensors.write(file.tensors, to: folder.appendingPathComponent(file.name))
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            try AtomicFile.write(try encoder.encode(state), to: folder.appendingPathComponent(stateFile))
        }
    }

    /// Takes a run up where its last checkpoint left it.
    ///
    /// - Parameters:
    ///   - folder: The run's folder.
    ///   - parts: The run's live parts.
    ///   - images: How many images the run is trained on now.
    ///   - totalSteps: Its steps now.
    ///   - device: Where it is trained now.
    ///   - elementType: The element type of its products now.
    /// - Returns: The checkpoint's step, and in what the run goes on differently; `nil` where there is no checkpoint.
    /// - Throws: As ``load(from:into:)`` and ``State/check(images:totalSteps:path:)``.
    package static func resume(
        _ folder: RunFolder, into parts: Parts, images: Int, totalSteps: Int, device: Device, elementType: DataType
    ) throws -> (step: Int, differences: [String])? {
        guard let last = folder.checkpointSteps().last else { return nil }
        let state = try load(from: folder.checkpoint(last), into: parts)
        try state.check(images: images, totalSteps: totalSteps, path: folder.url.path)
        let now = State(step: last, images: images, device: device, elementType: elementType)
        return (state.step, state.differences(from: now))
    }

    /// Reads a checkpoint into a run's live parts.
    ///
    /// - Throws: `FileError`, ``TrainingError/malformedCheckpoint(path:reason:)``, `TorchError.mismatchedParameters`.
    package static func load(from folder: URL, into parts: Parts) throws -> State {
        try load(into: parts, path: { folder.appendingPathComponent($0).path }) { name in
            try FileReader.read(
                folder.appendingPathComponent(name),
                cure: "remove this checkpoint's folder to resume from the one before")
        }
    }

    /// Reads a checkpoint whose files lie anywhere; see ``load(from:into:)``.
    ///
    /// - Parameters:
    ///   - parts: The run's live parts.
    ///   - path: What errors call a file.
    ///   - read: The bytes of a file by its name.
    /// - Throws: As ``load(from:into:)``, and what `read` throws.
    package static func load(
        into parts: Parts, path: (String) -> String, read: (String) throws -> Data
    ) throws -> State {
        let data = try read(stateFile)
        let state: State
        do {
            state = try JSONDecoder().decode(State.self, from: data)
        } catch {
            throw TrainingError.malformedCheckpoint(
                path: path(stateFile), reason: "it is not the JSON of a checkpoint")
        }
        guard state.formatVersion == formatVersion, state.step >= 0 else {
            throw TrainingError.malformedCheckpoint(
                path: path(stateFile),
                reason: "formatVersion \(state.formatVersion), step \(state.step): this version reads format"
                    + " \(formatVersion)")
        }
        for part in try parts.files() {
            let source = path(part.name)
            do {
                try copyState(
                    Safetensors.read(read(part.name), path: source).tensors, into: part.tensors, source: source)
            } catch FileError.malformed(_, let reason, _) {
                throw TrainingError.malformedCheckpoint(path: source, reason: reason)
            }
        }
        return state
    }
}
