import Files
import Foundation
import Torch

/// A training run on disk: a model folder that also holds checkpoints, logs and pictures.
///
///     RUN/config.json  model.safetensors      the model, with averaged weights
///         run.json                            where the images are
///         checkpoints/step-500/               everything that resuming needs
///         metrics.jsonl  events.out.tfevents… logs
///         samples/step-500.png                originals above their reconstructions
public struct RunFolder: Sendable {
    /// The folder.
    public let url: URL

    /// Names a folder.
    public init(_ url: URL) { self.url = url }

    /// The run as a model.
    public var model: ModelFolder { ModelFolder(url) }
    /// Where checkpoints are.
    public var checkpoints: URL { url.appendingPathComponent("checkpoints", isDirectory: true) }
    /// One JSON object a line.
    public var metricsFile: URL { url.appendingPathComponent("metrics.jsonl") }
    /// Where pictures are, of reconstructions or of samples.
    public var samples: URL { url.appendingPathComponent("samples", isDirectory: true) }

    /// The folder of a step's checkpoint.
    public func checkpoint(_ step: Int) -> URL { checkpoints.appendingPathComponent("step-\(step)", isDirectory: true) }

    /// The steps of all checkpoints, in order. Half-written ones have other names and are not among them.
    public func checkpointSteps() -> [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? []
        return names.compactMap { $0.hasPrefix("step-") ? Int($0.dropFirst(5)) : nil }.sorted()
    }

    /// Whether a run was started here.
    public var holdsRun: Bool {
        [model.configurationFile, model.weightsFile, metricsFile, checkpoints].contains {
            FileManager.default.fileExists(atPath: $0.path)
        }
    }

    /// Whether a run can go on here: it has a checkpoint, or was ended before its first one. A model without
    /// checkpoints cannot; to start again would overwrite it.
    public var canBeResumed: Bool {
        let hasModel = FileManager.default.fileExists(atPath: model.weightsFile.path)
        return holdsRun && (!checkpointSteps().isEmpty || !hasModel)
    }

    /// Whether a run came as far as its settings. Where it holds less than that, there is nothing to go on with.
    public var hasSettings: Bool {
        [model.configurationFile, model.weightsFile].contains { FileManager.default.fileExists(atPath: $0.path) }
            || !checkpointSteps().isEmpty
    }

    /// Checks that a run may do with the folder what it means to. A folder of a user's, whose files have names that a run
    /// uses too, is not written into, and nothing in it is replaced.
    ///
    /// - Throws: ``TrainingError/runExists(path:step:)``, ``TrainingError/notARun(path:names:)``,
    ///   ``TrainingError/nothingToResume(path:)``.
    package func check(_ existing: TrainingRun.Existing) throws {
        switch existing {
        case .refuse, .replace:
            let taken = takenNames()
            guard !taken.isEmpty else { break }
            guard isRun else { throw TrainingError.notARun(path: url.path, names: taken) }
            if existing == .refuse { throw TrainingError.runExists(path: url.path, step: checkpointSteps().last) }
        case .resume:
            if !canBeResumed { throw TrainingError.nothingToResume(path: url.path) }
        }
    }

    /// Puts a model in the place of the run that the folder holds, once the model is on disk.
    ///
    /// - Throws: ``TrainingError/runInUse(path:)`` while a process trains in the folder,
    ///   ``TrainingError/notARun(path:names:)``, `FileError`, `TorchError`.
    public func replace(
        _ configuration: some KeyedConfiguration, parameters: [(name: String, tensor: Tensor)], step: Int
    ) throws {
        try check(.replace)
        guard FileManager.default.fileExists(atPath: url.path) else {
            return try AtomicFolder.write(to: url) {
                try ModelFolder($0).save(configuration, parameters: parameters, step: step)
            }
        }
        let lock = try RunLock(url)
        let arriving = url.appendingPathComponent(".model.safetensors.arriving.tmp", isDirectory: true)
        defer { try? FileManager.default.removeItem(at: arriving) }
        try AtomicFolder.write(to: arriving) {
            try ModelFolder($0).save(configuration, parameters: parameters, step: step)
        }
        let new = ModelFolder(arriving)
        // What is hidden is not removed here: the new model lies there.
        try removeOwnFiles()
        for (source, target) in [
            (new.weightsFile, model.weightsFile), (new.configurationFile, model.configurationFile),
        ] {
            guard rename(source.path, target.path) == 0 else {
                throw FileError.unwritable(path: target.path, reason: String(cString: strerror(errno)))
            }
        }
        withExtendedLifetime(lock) {}
    }

    /// Removes all but the newest checkpoints.
    package func prune(keeping count: Int) {
        let manager = FileManager.default
        for step in checkpointSteps().dropLast(max(count, 1)) { try? manager.removeItem(at: checkpoint(step)) }
    }

    /// Removes temporary files and folders that a killed process left behind.
    package func removeLeftovers() {
        let manager = FileManager.default
        for folder in [url, checkpoints, samples] {
            for name in (try? manager.contentsOfDirectory(atPath: folder.path)) ?? [] {
                let isOwn = [".config.json.", ".run.json.", ".model.safetensors.", ".metrics.jsonl.", ".step-"]
                    .contains(where: name.hasPrefix)
                guard isOwn else { continue }
                if name.hasSuffix(".tmp") { try? manager.removeItem(at: folder.appendingPathComponent(name)) }
                if name.hasSuffix(".tmp.old") {
                    // A checkpoint that was about to be replaced: the only copy, if the replacement did not arrive.
                    let target = folder.appendingPathComponent(String(name.dropFirst().prefix { $0 != "." }))
                    if manager.fileExists(atPath: target.path) {
                        try? manager.removeItem(at: folder.appendingPathComponent(name))
                    } else {
                        try? manager.moveItem(at: folder.appendingPathComponent(name), to: target)
                    }
                }
            }
        }
    }
}
