import Files
import Foundation
import Settings
import Torch

/// A training run on disk: a model folder that also holds checkpoints, logs and pictures.
///
///     RUN/config.json  model.safetensors      the model, with averaged weights
///         run.json                            where the images are
///         checkpoints/step-500/               everything that resuming needs
///         metrics.jsonl  events.out.tfevents… logs
///         samples/step-500.png                originals above their reconstructions
package struct RunFolder: Sendable {
    /// The folder.
    package let url: URL

    /// Names a folder.
    package init(_ url: URL) { self.url = url }

    /// The run as a model.
    package var model: ModelFolder { ModelFolder(url) }
    /// Where checkpoints are.
    package var checkpoints: URL { url.appendingPathComponent("checkpoints", isDirectory: true) }
    /// One JSON object a line.
    package var metricsFile: URL { url.appendingPathComponent("metrics.jsonl") }
    /// Where pictures are, of reconstructions or of samples.
    package var samples: URL { url.appendingPathComponent("samples", isDirectory: true) }

    /// The folder of a step's checkpoint.
    package func checkpoint(_ step: Int) -> URL {
        checkpoints.appendingPathComponent("step-\(step)", isDirectory: true)
    }

    /// The steps of all checkpoints, in order. Half-written ones have other names and are not among them.
    package func checkpointSteps() -> [Int] {
        let names = (try? FolderContents.names(of: checkpoints)) ?? []
        return names.compactMap { $0.hasPrefix("step-") ? Int($0.dropFirst(5)) : nil }.sorted()
    }

    /// Whether a run was started here.
    package var holdsRun: Bool {
        [model.configurationFile, model.weightsFile, metricsFile, checkpoints].contains {
            FileManager.default.fileExists(atPath: $0.path)
        }
    }

    /// Whether a run can go on here: it has a checkpoint, or was ended before its first one. A model without
    /// checkpoints cannot; to start again would overwrite it.
    package var canBeResumed: Bool {
        let hasSettings = FileManager.default.fileExists(atPath: model.configurationFile.path)
        let hasModel = FileManager.default.fileExists(atPath: model.weightsFile.path)
        return hasSettings && (!checkpointSteps().isEmpty || !hasModel)
    }

    /// Whether a run came as far as its settings. Where it holds less than that, there is nothing to go on with.
    package var hasSettings: Bool {
        [model.configurationFile, model.weightsFile].contains { FileManager.default.fileExists(atPath: $0.path) }
            || !checkpointSteps().isEmpty
    }

    /// Checks that a run may do with the folder what it means to. A folder of a user's, whose files have names that a run
    /// uses too, is not written into, and nothing in it is replaced.
    ///
    /// - Throws: ``TrainingError/runExists(path:step:)``, ``TrainingError/notARun(path:names:)``,
    ///   ``TrainingError/nothingToResume(path:)``.
    package func check(_ existing: TrainingRun.Existing) throws {
        _ = try? FolderReplacement.finish(url)
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

    /// Puts a model in the place of the run that the folder holds. At every instant the folder holds the old model or the
    /// new one, whole; what a user keeps in it stays.
    ///
    /// - Throws: ``TrainingError/runInUse(path:)`` while a process trains in the folder,
    ///   ``TrainingError/notARun(path:names:)``, `FileError`, `TorchError`.
    package func replace(
        _ configuration: some KeyedConfiguration, parameters: [(name: String, tensor: Tensor)], step: Int
    ) throws {
        try check(.replace)
        let lock = try FileStatus.exists(url) ? RunLock(url) : nil
        try FolderReplacement.write(in: url, replacing: ownEntries(), isLocked: true) {
            try ModelFolder($0).save(configuration, parameters: parameters, step: step)
        }
        withExtendedLifetime(lock) {}
    }

    /// Removes all but the newest checkpoints.
    package func prune(keeping count: Int) {
        for step in checkpointSteps().dropLast(max(count, 1)) { try? AtomicFile.remove(checkpoint(step)) }
    }

    /// Removes temporary files and folders that a killed process left behind. The caller holds the run's lock.
    package func removeLeftovers() {
        for folder in [url, checkpoints, samples] { Leftovers.remove(in: folder, isOwned: true) }
    }
}
