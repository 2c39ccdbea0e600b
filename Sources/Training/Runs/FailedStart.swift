import Files
import Foundation

/// Takes back what a run has written that never came to its first step, so that the next try finds the place as this
/// one did.
package struct FailedStart {
    private let folder: RunFolder
    private let existing: TrainingRun.Existing
    private let made: [URL]
    private let before: Set<String>

    /// Looks at what is there: after the run has locked its folder, so that nothing of another run is taken for its
    /// own, and before it writes.
    ///
    /// - Parameters:
    ///   - folder: The run's folder.
    ///   - existing: What the run does with a run in it. What a resumed run finds always stays.
    ///   - made: The folders that were made for the run, see ``missingFolders(_:)``.
    package init(_ folder: RunFolder, _ existing: TrainingRun.Existing, made: [URL]) {
        self.folder = folder
        self.existing = existing
        self.made = made
        before = Set((try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)) ?? [])
    }

    /// A folder and those above it that do not exist, the innermost first.
    package static func missingFolders(_ url: URL) -> [URL] {
        var missing: [URL] = []
        var url = url.standardizedFileURL
        while url.path != "/", !FileManager.default.fileExists(atPath: url.path) {
            missing.append(url)
            url.deleteLastPathComponent()
        }
        return missing
    }

    /// Removes the run's first files unless they were there before, then the folders that were made for it if nothing
    /// else is in them.
    package func takeBack() {
        guard existing != .resume else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)) ?? []
        let own: Set<String> = ["config.json", "metrics.jsonl"]
        for name in names
        where !before.contains(name) && (own.contains(name) || name.hasPrefix("events.out.tfevents.")) {
            try? FileManager.default.removeItem(at: folder.url.appendingPathComponent(name))
        }
        // Only an empty folder can be removed so.
        for url in made { rmdir(url.path) }
    }
}
