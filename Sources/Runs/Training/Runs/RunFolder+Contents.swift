import Files
import Foundation

/// Which files of a folder a run wrote: told by what is in them, as a user may have files of the same names.
extension RunFolder {
    /// The files of a checkpoint.
    private static let checkpointFiles = [
        "state.json", "weights.safetensors", "averages.safetensors", "statistics.safetensors", "optimizer.safetensors",
    ]

    /// Whether one of the folder's files says that it was written by a run: its settings, its weights, the state of a
    /// checkpoint, or its log.
    package var isRun: Bool {
        if let settings = Self.table(model.configurationFile), settings["training"] is [String: Any],
            settings["model"] is [String: Any] || settings["network"] is [String: Any]
        {
            return true
        }
        if let data = try? FileReader.read(model.weightsFile),
            let metadata = FileContent.metadata(ofSafetensors: data), metadata["generator"] == "hrvq",
            metadata["step"] != nil
        {
            return true
        }
        if checkpointSteps().contains(where: { Self.isState(checkpoint($0).appendingPathComponent("state.json")) }) {
            return true
        }
        guard let log = try? FileReader.read(metricsFile),
            let line = try? JSONSerialization.jsonObject(with: log.prefix { $0 != UInt8(ascii: "\n") })
                as? [String: Any]
        else { return false }
        return line["step"] is Int && line["kind"] is String
    }

    /// The names in the folder that a run writes under, as far as there is something behind them.
    func takenNames() -> [String] {
        [model.configurationFile, model.weightsFile, metricsFile, checkpoints, samples].filter { file in
            switch FileStatus.kind(of: file.path) {
            case .folder: (try? FolderContents.names(of: file).isEmpty) != true
            case .file: FileContent(file) != .empty
            case .link, .other: true
            case nil: false
            }
        }.map(\.lastPathComponent)
    }

    /// Removes what a run wrote, and nothing else that a user may keep in the folder. Does nothing in a folder that is no
    /// run.
    ///
    /// - Returns: What was removed, for people.
    /// - Throws: `FileError.unwritable`.
    @discardableResult
    package func clear() throws -> [String] {
        guard isRun else { return [] }
        removeLeftovers()
        return try removeOwnFiles()
    }

    /// The same, unless a process trains here.
    ///
    /// - Throws: ``TrainingError/runInUse(path:)``, `FileError.unwritable`.
    @discardableResult
    package func clearUnused() throws -> [String] {
        guard FileStatus.kind(of: url.path) == .folder else { return [] }
        let lock = try RunLock(url)
        defer { withExtendedLifetime(lock) {} }
        return try clear()
    }

    /// What a run wrote, as paths in the folder: a folder of which all is the run's, otherwise its entries one by one.
    ///
    /// - Throws: `FileError.unreadable`.
    func ownEntries() throws -> [String] {
        guard isRun else { return [] }
        var entries = try FolderContents.namesIfPresent(of: url).filter(isOwn)
        for folder in [checkpoints, samples] where FileStatus.kind(of: folder.path) == .folder {
            let all = try FolderContents.names(of: folder)
            let own = all.filter { isOwnCheckpoint($0) || isOwnSheet($0) }
            let name = folder.lastPathComponent
            entries += own.count == all.count ? [name] : own.map { "\(name)/\($0)" }
        }
        return entries
    }

    /// Whether a name in the folder of checkpoints is that of one, with nothing of a user's beside its files.
    private func isOwnCheckpoint(_ name: String) -> Bool {
        let folder = checkpoints.appendingPathComponent(name, isDirectory: true)
        guard Self.isState(folder.appendingPathComponent("state.json")) else { return false }
        return (try? FolderContents.names(of: folder).allSatisfy(Self.checkpointFiles.contains)) ?? false
    }

    /// Whether a name in the folder of samples is that of a picture that the run drew.
    private func isOwnSheet(_ name: String) -> Bool {
        name.wholeMatch(of: #/step-[0-9]+\.png/#) != nil
            && FileContent(samples.appendingPathComponent(name)) == .png
    }

    /// Removes the files of a run from a folder that is one.
    @discardableResult
    func removeOwnFiles() throws -> [String] {
        var removed: [String] = []
        let names = try FolderContents.names(of: url).sorted()
        for name in names where isOwn(name) {
            try AtomicFile.remove(url.appendingPathComponent(name))
            removed.append(name)
        }
        var count = 0
        for step in checkpointSteps() where try removeCheckpoint(step) { count += 1 }
        if count > 0 { removed.append("\(count) \(count == 1 ? "checkpoint" : "checkpoints")") }
        count = 0
        for name in try FolderContents.namesIfPresent(of: samples) where isOwnSheet(name) {
            try AtomicFile.remove(samples.appendingPathComponent(name))
            count += 1
        }
        if count > 0 { removed.append("\(count) \(count == 1 ? "picture" : "pictures") in samples") }
        // Only empty folders can be removed so.
        for folder in [checkpoints, samples] { rmdir(folder.path) }
        return removed
    }

    /// Whether a file of a folder that is a run was written by it.
    private func isOwn(_ name: String) -> Bool {
        let file = url.appendingPathComponent(name)
        guard FileStatus.kind(of: file.path) == .file else { return false }
        return switch name {
        case "config.json", "run.json", "model.safetensors", "metrics.jsonl": true
        case "evaluation.json": Self.table(file).map { $0["mse"] != nil || $0["report"] != nil } ?? false
        default: name.hasPrefix("events.out.tfevents.")
        }
    }

    /// Removes the files of a checkpoint; what a user laid beside them stays.
    ///
    /// - Returns: Whether it was a checkpoint.
    private func removeCheckpoint(_ step: Int) throws -> Bool {
        let folder = checkpoint(step)
        guard Self.isState(folder.appendingPathComponent("state.json")) else { return false }
        // The state goes last: were this stopped in between, the rest is still a checkpoint that can be removed.
        for name in Self.checkpointFiles.reversed() {
            let file = folder.appendingPathComponent(name)
            if FileStatus.kind(of: file.path) == .file { try AtomicFile.remove(file) }
        }
        rmdir(folder.path)
        return true
    }

    private static func isState(_ file: URL) -> Bool {
        guard let state = table(file) else { return false }
        return state["formatVersion"] is Int && state["step"] is Int
    }

    private static func table(_ file: URL) -> [String: Any]? {
        guard FileStatus.kind(of: file.path) == .file, let data = try? FileReader.read(file) else { return nil }
        return try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    }
}
