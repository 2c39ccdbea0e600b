import CFiles
import Foundation
import Synchronization

/// Files that one command writes and that belong together, wherever they are: all of them, or none.
package final class AtomicGroup: Sendable {
    /// The group that files are written into by this task.
    @TaskLocal static var current: AtomicGroup?

    private let files = Mutex<[(file: TemporaryFile, target: URL)]>([])

    private init() {}

    /// Runs `body`, and gives the files that ``AtomicFile`` writes in it their names at the end, in the order of writing.
    /// Until then they have temporary names, whole and on disk.
    ///
    /// Where giving a name fails, those given before it are taken back. A process that is killed between two names leaves
    /// the first files: write the one last that tells others that the work is done. Folders that ``AtomicFolder`` and
    /// ``FolderReplacement`` write appear at once, and devices and pipes are written to at once.
    ///
    /// - Throws: What `body` throws, or ``FileError/unwritable(path:reason:)``; nothing has changed then.
    package static func write<Result>(_ body: () throws -> Result) throws -> Result {
        let group = AtomicGroup()
        defer { for (file, _) in group.all { file.discard() } }
        let result = try $current.withValue(group, operation: body)
        try group.commit()
        return result
    }

    /// Leaves a group: files that are written in `body` get their names at once.
    static func outside<Result>(_ body: () throws -> Result) throws -> Result {
        try $current.withValue(nil, operation: body)
    }

    /// Takes a file that is whole and on disk.
    func add(_ file: TemporaryFile, target: URL) { files.withLock { $0.append((file, target)) } }

    private var all: [(file: TemporaryFile, target: URL)] { files.withLock { $0 } }

    private func commit() throws {
        // What a name stood for before, and has a temporary name until all names are given.
        var given: [(target: URL, old: URL?)] = []
        do {
            for (file, target) in all {
                // Without an exchange the old file is lost, should a later name fail.
                if try FileStatus.exists(target), hrvq_exchange(file.url.path, target.path) == 0 {
                    given.append((target, file.url))
                } else {
                    try file.move(to: target)
                    given.append((target, nil))
                }
                try AtomicFile.synchronizeFolder(target.deletingLastPathComponent())
            }
        } catch {
            for (target, old) in given.reversed() {
                if let old { rename(old.path, target.path) } else { unlink(target.path) }
            }
            throw error
        }
    }
}
