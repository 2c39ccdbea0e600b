import Files
import Foundation

/// The beginning of training in a folder: makes the folder, locks it, and clears it where what it holds is replaced. What
/// never comes to its first step is taken back, so that the next try finds the place as this one did.
package struct RunStart {
    private let folder: URL
    private let existing: TrainingRun.Existing
    private let names: Set<String>
    private let made: [URL]
    private let before: Set<String>
    private let lock: RunLock

    /// Begins.
    ///
    /// - Parameters:
    ///   - folder: The folder that is trained in.
    ///   - existing: What becomes of a run in it. What a resumed run finds always stays.
    ///   - names: Which files are taken back; TensorBoard events are in any case.
    ///   - isShared: Whether others may train in the folder too, in folders of their own below it.
    ///   - clear: Removes what is replaced; called where that is so.
    /// - Throws: ``TrainingError/runInUse(path:)``, `FileError`, and what `clear` throws.
    package init(
        _ folder: URL, _ existing: TrainingRun.Existing,
        names: Set<String> = ["config.json", "run.json", "metrics.jsonl"], isShared: Bool = false,
        clear: () throws -> Void
    ) throws {
        self.folder = folder
        self.existing = existing
        self.names = names
        made = try Self.missingFolders(folder)
        try AtomicFolder.create(folder)
        lock = try RunLock(folder, isShared: isShared)
        try FolderReplacement.finish(folder, isLocked: true)
        if existing == .replace { try clear() }
        before = Set(try FolderContents.names(of: folder))
    }

    /// Removes the first files unless they were there before, then the folders that were made if nothing else is in
    /// them. Does nothing while others train in the folder, who may have begun with the same files.
    package func takeBack() {
        guard existing != .resume, lock.becomeExclusive() else { return }
        let found = (try? FolderContents.names(of: folder)) ?? []
        for name in found
        where !before.contains(name) && (names.contains(name) || name.hasPrefix("events.out.tfevents.")) {
            try? AtomicFile.remove(folder.appendingPathComponent(name))
        }
        // Only an empty folder can be removed so.
        for url in made { rmdir(url.path) }
    }

    /// A folder and those above it that do not exist, the innermost first.
    private static func missingFolders(_ url: URL) throws -> [URL] {
        var missing: [URL] = []
        var url = url.standardizedFileURL
        while url.path != "/", try !FileStatus.exists(url) {
            missing.append(url)
            url.deleteLastPathComponent()
        }
        return missing
    }
}
