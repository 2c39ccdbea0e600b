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
    /// Where giving a name fails, those given before it are taken back. A file system that can neither exchange files nor
    /// link them is an exception: a file that was replaced before the failure stays the new one. A process that is killed between two names leaves
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
        /// What a name stood for before.
        enum Before {
            case nothing
            /// It has a temporary name until all names are given.
            case file(URL)
            case lost
        }
        var given: [(target: URL, before: Before)] = []
        var links: [URL] = []
        defer { for link in links { unlink(link.path) } }
        do {
            for (file, target) in all {
                let folder = target.deletingLastPathComponent()
                if try !FileStatus.exists(target) {
                    try file.move(to: target)
                    given.append((target, .nothing))
                } else if PathExchange.run(file.url, target) {
                    given.append((target, .file(file.url)))
                } else {
                    // Without an exchange the old file gets a second name before it loses its own.
                    let old = folder.appendingPathComponent(Leftovers.newName())
                    let isKept = link(target.path, old.path) == 0
                    if isKept { links.append(old) }
                    try file.move(to: target)
                    given.append((target, isKept ? .file(old) : .lost))
                }
                try AtomicFile.synchronizeFolder(folder)
            }
        } catch {
            for (target, before) in given.reversed() {
                switch before {
                case .nothing: unlink(target.path)
                case .file(let old): rename(old.path, target.path)
                // The new file is whole; without it there would be none.
                case .lost: break
                }
            }
            throw error
        }
    }
}
