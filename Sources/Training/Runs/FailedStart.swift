import Files
import Foundation

/// Takes back what training has written that never came to its first step, so that the next try finds the place as this
/// one did.
package struct FailedStart {
    private let folder: URL
    private let names: Set<String>
    private let existing: TrainingRun.Existing
    private let made: [URL]
    private let before: Set<String>

    /// Looks at what is there: after the run has locked its folder, so that nothing of another run is taken for its
    /// own, and before it writes.
    ///
    /// - Parameters:
    ///   - folder: The folder that is trained in.
    ///   - existing: What becomes of a run in it. What a resumed run finds always stays.
    ///   - made: The folders that were made for it, see ``missingFolders(_:)``.
    ///   - names: Which files are taken back; TensorBoard events are in any case.
    package init(
        _ folder: URL, _ existing: TrainingRun.Existing, made: [URL],
        names: Set<String> = ["config.json", "metrics.jsonl"]
    ) {
        self.folder = folder
        self.names = names
        self.existing = existing
        self.made = made
        before = Set((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
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

    /// Removes the first files unless they were there before, then the folders that were made for it if nothing
    /// else is in them.
    package func takeBack() {
        guard existing != .resume else { return }
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in found
        where !before.contains(name) && (names.contains(name) || name.hasPrefix("events.out.tfevents.")) {
            try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
        }
        // Only an empty folder can be removed so.
        for url in made { rmdir(url.path) }
    }
}
