import Datasets
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
        /// For the reader; results do not depend on it.
        package var threads: Int
        package var libTorch: String
        package var device: String
        package var elementType: String
        /// The settings that decided what was trained, as texts by key: what makes this the checkpoint of one run and of no
        /// other. Earlier versions wrote none.
        var run: [String: String]?
        /// What the run is trained on; checkpoints of earlier versions do not say.
        package var data: DatasetFingerprint?

        /// The state of this process.
        ///
        /// - Parameters:
        ///   - step: Steps done.
        ///   - images: How many training images there are, or what else a run goes through.
        ///   - device: Where the network is.
        ///   - elementType: In which it computes.
        ///   - run: The settings that decide what is trained; see `KeyedConfiguration/identity(except:)`.
        ///   - data: What the run is trained on.
        package init(
            step: Int, images: Int, device: Device, elementType: DataType, run: [String: String]? = nil,
            data: DatasetFingerprint? = nil
        ) {
            formatVersion = Checkpoint.formatVersion
            self.step = step
            self.images = images
            threads = Engine.threadLimit
            libTorch = Engine.version
            self.device = "\(device)"
            self.elementType = "\(elementType)"
            self.run = run
            self.data = data
        }

        /// Checks that a run with these images and so many steps can go on from here.
        ///
        /// - Throws: ``TrainingError/changedData(path:changes:)``, ``TrainingError/changedSettings(path:changes:)``.
        package func check(
            images now: Int, data: DatasetFingerprint? = nil, totalSteps: Int, path: String
        ) throws {
            guard images == now else {
                throw TrainingError.changedData(
                    path: path, changes: ["it was started with \(images) training images and finds \(now)"])
            }
            if let before = self.data, let data, case let changes = before.changes(to: data), !changes.isEmpty {
                throw TrainingError.changedData(path: path, changes: changes)
            }
            guard step <= totalSteps else {
                throw TrainingError.changedSettings(
                    path: path, changes: ["\(step) steps are done, and \(totalSteps) are asked for"])
            }
        }

        /// In which settings this is the checkpoint of another run; a setting that one of the two does not know does not
        /// count, as versions differ in them.
        func differences(ofRun now: [String: String]) -> [String] {
            (run ?? [:]).sorted { $0.key < $1.key }.compactMap { key, value in
                guard let own = now[key], own != value else { return nil }
                return "\(key) is \(value) there and \(own) here"
            }
        }

        /// What will make a resumed run differ in its last digits from one that was not interrupted.
        package func differences(from now: State) -> [String] {
            [
                ("LibTorch", libTorch, now.libTorch),
                ("device", device, now.device), ("element type", elementType, now.elementType),
            ].filter { $0.1 != $0.2 }.map {
                "the run had the \($0.0) \($0.1) before and has \($0.2) now; results will differ in the last digits"
            }
                + (data == nil && now.data != nil
                    ? ["the checkpoint does not say which images it was trained on; only their number was compared"]
                    : [])
        }
    }

    /// The contents of `state.json`: the state, and the SHA-256 of each file beside it, so that files of different
    /// checkpoints are not taken for one. Earlier versions wrote no digests.
    private struct StateFile: Codable {
        var state: State
        var files: [String: String]?

        private enum Keys: String, CodingKey { case files }

        init(_ state: State, files: [String: String]) {
            self.state = state
            self.files = files
        }

        init(from decoder: any Decoder) throws {
            state = try State(from: decoder)
            files = try decoder.container(keyedBy: Keys.self).decodeIfPresent([String: String].self, forKey: .files)
        }

        func encode(to encoder: any Encoder) throws {
            try state.encode(to: encoder)
            var container = encoder.container(keyedBy: Keys.self)
            try container.encodeIfPresent(files, forKey: .files)
        }
    }

    static let formatVersion = 1

    /// The most steps, images or threads that a checkpoint may name. What is computed from them must not overflow: the
    /// position in the data is steps times the batch size.
    static let countLimit = 1_000_000_000_000

    package static let stateFile = "state.json"

    /// What a checkpoint says of itself; its other files are not read.
    ///
    /// - Throws: `FileError`, ``TrainingError/malformedCheckpoint(path:reason:)``.
    package static func state(of folder: URL) throws -> State {
        let file = folder.appendingPathComponent(stateFile)
        return try stored(FileReader.read(file, limit: FileReader.textLimit), path: file.path).state
    }

    /// Writes a checkpoint, whole or not at all.
    ///
    /// - Throws: `FileError`, `TorchError`.
    package static func save(_ state: State, to folder: URL, _ parts: Parts) throws {
        try AtomicFolder.create(folder.deletingLastPathComponent())
        try AtomicFolder.write(to: folder) { folder in
            var digests: [String: String] = [:]
            for file in try parts.files() {
                let url = folder.appendingPathComponent(file.name)
                try Safetensors.write(file.tensors, to: url)
                digests[file.name] = try SHA256Digest.digest(of: FileReader.read(url))
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            try AtomicFile.write(
                try encoder.encode(StateFile(state, files: digests)), to: folder.appendingPathComponent(stateFile))
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
    ///   - run: The settings that decide what is trained; see `KeyedConfiguration/identity(except:)`.
    ///   - data: What the run is trained on now.
    /// - Returns: The checkpoint's step, and in what the run goes on differently; `nil` where there is no checkpoint.
    /// - Throws: As ``load(from:into:)`` and ``State/check(images:data:totalSteps:path:)``;
    ///   ``TrainingError/malformedCheckpoint(path:reason:)`` where the checkpoint is of another step or another run.
    package static func resume(
        _ folder: RunFolder, into parts: Parts, images: Int, totalSteps: Int, device: Device, elementType: DataType,
        run: [String: String] = [:], data: DatasetFingerprint? = nil
    ) throws -> (step: Int, differences: [String])? {
        guard let last = folder.checkpointSteps().last else { return nil }
        let state = try load(from: folder.checkpoint(last), into: parts)
        let path = folder.checkpoint(last).appendingPathComponent(stateFile).path
        guard state.step == last else {
            throw TrainingError.malformedCheckpoint(
                path: path, reason: "it is of step \(state.step), and its folder of step \(last)")
        }
        let foreign = state.differences(ofRun: run)
        guard foreign.isEmpty else {
            throw TrainingError.malformedCheckpoint(
                path: path,
                reason: "it is the checkpoint of another run, or config.json was changed: "
                    + Listing.text(foreign))
        }
        try state.check(images: images, data: data, totalSteps: totalSteps, path: folder.url.path)
        let now = State(step: last, images: images, device: device, elementType: elementType, data: data)
        return (state.step, state.differences(from: now))
    }

    /// The bytes of one of a checkpoint's files, once it is known to be the file that the checkpoint was saved with. A file
    /// alone, without a checkpoint's state beside it, is taken as it is.
    ///
    /// - Throws: As ``load(from:into:)``.
    package static func read(_ name: String, from folder: URL) throws -> Data {
        func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
        let remedy: Message = "remove this checkpoint's folder to do without it"
        let bytes = try FileReader.read(file(name), remedy: remedy)
        guard FileIdentity(file(stateFile).path) != nil else { return bytes }
        let stored = try Self.stored(FileReader.read(file(stateFile), remedy: remedy), path: file(stateFile).path)
        try check(bytes, named: name, path: file(name).path, stored)
        return bytes
    }

    private static func stored(_ data: Data, path: String) throws -> StateFile {
        do {
            return try JSONDecoder().decode(StateFile.self, from: data)
        } catch {
            throw TrainingError.malformedCheckpoint(
                path: path, reason: "it is not the JSON of a checkpoint: it \(JSONProblem.text(error, in: data))")
        }
    }

    private static func check(_ bytes: Data, named name: String, path: String, _ stored: StateFile) throws {
        guard let digests = stored.files, try digests[name] != SHA256Digest.digest(of: bytes) else { return }
        throw TrainingError.malformedCheckpoint(
            path: path,
            reason: "it is not the file that this checkpoint was saved with (its SHA-256 differs from that in"
                + " \(stateFile)): it is damaged, or of another run")
    }

    /// Reads a checkpoint into a run's live parts.
    ///
    /// - Throws: `FileError`, ``TrainingError/malformedCheckpoint(path:reason:)``, `TorchError.mismatchedParameters`.
    package static func load(from folder: URL, into parts: Parts) throws -> State {
        try load(
            into: parts, path: { folder.appendingPathComponent($0).path },
            read: { name in
                try FileReader.read(
                    folder.appendingPathComponent(name),
                    remedy: "remove this checkpoint's folder to resume from the one before")
            })
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
        let stored = try Self.stored(read(stateFile), path: path(stateFile))
        let state = stored.state
        guard state.formatVersion == formatVersion else {
            throw TrainingError.malformedCheckpoint(
                path: path(stateFile),
                reason: "formatVersion \(state.formatVersion): this version reads format \(formatVersion)")
        }
        for (name, value) in [("step", state.step), ("images", state.images), ("threads", state.threads)] {
            guard (0...countLimit).contains(value) else {
                throw TrainingError.malformedCheckpoint(
                    path: path(stateFile), reason: "\(name) is \(value), which must be 0 to \(countLimit)")
            }
        }
        // All files are checked before the first tensor of the run is changed.
        let files = try parts.files()
        var contents: [Data] = []
        for part in files {
            let bytes = try read(part.name)
            try check(bytes, named: part.name, path: path(part.name), stored)
            contents.append(bytes)
        }
        for (part, bytes) in zip(files, contents) {
            let source = path(part.name)
            do {
                try copyState(Safetensors.read(bytes, path: source).tensors, into: part.tensors, source: source)
            } catch FileError.malformed(_, let reason, _) {
                throw TrainingError.malformedCheckpoint(path: source, reason: reason)
            }
        }
        return state
    }
}
