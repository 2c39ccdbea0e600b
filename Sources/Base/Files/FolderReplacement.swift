import Foundation

/// Replaces the files in a folder that belong together, such as a model's configuration and weights, and leaves what else
/// a user keeps there alone. At every instant either the old files are whole or the new ones are, also where the process
/// is killed or the disk fails.
///
/// The new files are written into a temporary folder inside, which is then renamed to ``pendingName``: from here on the new
/// ones count. They are moved to their places one by one, and what they replace is removed. Whoever finds the pending
/// folder reads through it (``current(_:in:)``), and completes the replacement where it can (``finish(_:isLocked:)``).
package enum FolderReplacement {
    /// The folder of complete new files that are not all in their places yet.
    package static let pendingName = ".hrvq-replacing"
    /// The names of old files that the new ones have no place for, in the pending folder, separated by zeros.
    private static let removalsName = ".removals"

    /// Writes the files of a set; a folder that is missing appears with all of them.
    ///
    /// - Parameters:
    ///   - folder: Where the files go.
    ///   - old: The entries of the old set that exist, as paths in the folder. They are removed unless the new set has
    ///     them.
    ///   - isLocked: Whether the caller holds the lock of the folder.
    ///   - body: Writes the files into the folder that it is given.
    /// - Throws: What `body` throws (nothing has changed then), or ``FileError/unwritable(path:reason:)``, also where
    ///   another process is replacing files in the folder.
    package static func write(
        in folder: URL, replacing old: @autoclosure () throws -> [String], isLocked: Bool = false,
        _ body: (URL) throws -> Void
    ) throws {
        let folder = folder.resolvingSymlinksInPath()
        let status = try FileStatus.of(folder.path)
        guard status == nil || status?.kind == .folder else {
            throw FileError.unwritable(path: folder.path, reason: "is a file; expected a directory")
        }
        if status != nil {
            Leftovers.sweep(folder)
            guard try finish(folder, isLocked: isLocked) else { throw isWrittenElsewhere(folder) }
        }
        let names = try FolderContents.namesIfPresent(of: folder)
        let old = try old()
        if status == nil || (names.allSatisfy(old.contains) && canBeExchanged(folder)) {
            do {
                return try AtomicFolder.write(to: folder, needsExchange: true, body)
            } catch is AtomicFolder.ExchangeUnsupported {}
        }
        let temporary = try TemporaryFolder(in: folder, target: folder.path)
        let pending = folder.appendingPathComponent(pendingName, isDirectory: true)
        do {
            try AtomicGroup.outside {
                try body(temporary.url)
            }
            let new = Set(try FolderContents.names(of: temporary.url).filter { !Leftovers.isTemporary($0) })
            let removals = old.filter { !new.contains($0) }
            try AtomicGroup.outside {
                try AtomicFile.write(
                    removals.joined(separator: "\0"), to: temporary.url.appendingPathComponent(removalsName))
            }
            try AtomicFile.synchronizeFolder(temporary.url)
            guard rename(temporary.url.path, pending.path) == 0 else {
                // Another process began after this one.
                if errno == ENOTEMPTY || errno == EEXIST { throw isWrittenElsewhere(folder) }
                throw FileError.unwritable(path: folder.path, reason: systemReason())
            }
        } catch {
            try? Leftovers.removeTree(temporary.url.path)
            throw error
        }
        try AtomicFile.synchronizeFolder(folder)
        try finish(folder, isLocked: isLocked)
    }

    /// Completes a replacement that a process began and did not live to end. Does nothing where there is none, or while
    /// another process has the folder's lock.
    ///
    /// - Returns: `false` where another process has the lock, and a replacement is not complete.
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    @discardableResult
    package static func finish(_ folder: URL, isLocked: Bool = false) throws -> Bool {
        let pending = folder.appendingPathComponent(pendingName, isDirectory: true)
        guard try FileStatus.of(pending.path, followsLinks: false) != nil else { return true }
        let lock = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw FileError.unwritable(path: folder.path, reason: systemReason()) }
        defer { close(lock) }
        if !isLocked, flock(lock, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return false }
        let list = pending.appendingPathComponent(removalsName)
        let names = try FolderContents.namesIfPresent(of: pending).filter { $0 != removalsName }
        for name in names {
            let (source, target) = (pending.appendingPathComponent(name).path, folder.appendingPathComponent(name).path)
            if rename(source, target) == 0 { continue }
            // A file does not replace a folder, nor a folder one that is not empty. The new one counts already.
            guard [EISDIR, ENOTDIR, ENOTEMPTY, EEXIST].contains(errno) else {
                throw FileError.unwritable(path: target, reason: systemReason())
            }
            try Leftovers.removeTree(target)
            guard rename(source, target) == 0 else {
                throw FileError.unwritable(path: target, reason: systemReason())
            }
        }
        if try FileStatus.exists(list) {
            let removals = String(decoding: try FileReader.read(list), as: UTF8.self).split(separator: "\0")
            for name in removals where isInside(name) {
                let url = folder.appendingPathComponent(String(name))
                if try FileStatus.of(url.path, followsLinks: false) != nil { try Leftovers.removeTree(url.path) }
            }
            // The places of the new files are on disk before the list goes that a later run would need.
            try AtomicFile.synchronizeFolder(folder)
        }
        try Leftovers.removeTree(pending.path)
        try AtomicFile.synchronizeFolder(folder)
        return true
    }

    /// Whether a name in a folder is one that only replacing files in it needs.
    package static func isInternal(_ name: String) -> Bool { name == pendingName || Leftovers.isTemporary(name) }

    private static func isWrittenElsewhere(_ folder: URL) -> FileError {
        .unwritable(path: folder.path, reason: "another process is writing in this folder; wait for it")
    }

    /// Where a file of the set is now: in its place, or still in the pending folder.
    package static func current(_ name: String, in folder: URL) -> URL {
        let place = folder.appendingPathComponent(name)
        let pending = folder.appendingPathComponent(pendingName).appendingPathComponent(name)
        return access(pending.path, F_OK) == 0 ? pending : place
    }

    /// Whether a whole folder may be put in a folder's place: nobody is in it, and the place is not a mount.
    private static func canBeExchanged(_ folder: URL) -> Bool {
        let path = folder.path
        guard let parent = try? FileStatus.of(folder.deletingLastPathComponent().path) else { return true }
        if let status = try? FileStatus.of(path), status.identity.device != parent.identity.device { return false }
        let current = FileManager.default.currentDirectoryPath
        guard current != path, !current.hasPrefix(path + "/") else { return false }
        return access(folder.deletingLastPathComponent().path, W_OK | X_OK) == 0
    }

    /// Whether a path of a list stays in the folder.
    private static func isInside(_ path: Substring) -> Bool {
        path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !["", ".", ".."].contains($0) }
    }
}
