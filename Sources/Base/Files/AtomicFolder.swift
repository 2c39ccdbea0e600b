import Foundation

/// Folders that appear whole or not at all.
package enum AtomicFolder {
    /// Fills a temporary folder beside `url` and renames it to `url` when `body` is done.
    ///
    /// A folder that stands at `url` already is replaced, in one step where the file system can exchange folders.
    ///
    /// - Throws: What `body` throws (the temporary folder is removed, `url` untouched), or
    ///   ``FileError/unwritable(path:reason:)``.
    package static func write(to url: URL, _ body: (URL) throws -> Void) throws {
        try write(to: url, needsExchange: false, body)
    }

    /// The file system cannot exchange folders.
    struct ExchangeUnsupported: Error {}

    /// The same; see ``write(to:_:)``.
    ///
    /// - Parameters:
    ///   - url: The folder.
    ///   - needsExchange: Whether a folder may be replaced in one step alone.
    ///   - body: Fills the folder that it is given.
    /// - Throws: As ``write(to:_:)``; ``ExchangeUnsupported`` where that step is needed and is not to be had.
    static func write(to url: URL, needsExchange: Bool, _ body: (URL) throws -> Void) throws {
        let url = url.resolvingSymlinksInPath()
        try AtomicFile.requireNameFits(url)
        let parent = url.deletingLastPathComponent()
        try create(parent)
        Leftovers.sweep(parent)
        let temporary = try TemporaryFolder(in: parent, target: url.path)
        do {
            try AtomicGroup.outside { try body(temporary.url) }
            try AtomicFile.synchronizeFolder(temporary.url)
            try place(temporary.url, at: url, needsExchange: needsExchange)
        } catch {
            try? Leftovers.removeTree(temporary.url.path)
            throw FileError.untouched(error)
        }
        // What was replaced has the temporary name now. Should it stay, it is a leftover for the next run.
        defer { if (try? FileStatus.exists(temporary.url)) == true { try? Leftovers.removeTree(temporary.url.path) } }
        try AtomicFile.synchronizeFolder(parent)
    }

    private static func place(_ new: URL, at url: URL, needsExchange: Bool) throws {
        func failure() -> FileError { .unwritable(path: url.path, reason: systemReason()) }
        if let old = try FileStatus.of(url.path) {
            // What a user set for the folder stays.
            if old.kind == .folder { chmod(new.path, old.permissions) }
            // An empty folder is replaced by this as well.
            if rename(new.path, url.path) == 0 { return }
            guard errno == ENOTEMPTY || errno == EEXIST else { throw failure() }
            if PathExchange.run(new, url) { return }
            guard [EINVAL, ENOSYS, EOPNOTSUPP, EXDEV].contains(errno) else { throw failure() }
            if needsExchange { throw ExchangeUnsupported() }
            // Without an exchange there is a moment without the folder. `Leftovers` moves the old folder back should the
            // process end in that moment.
            let shelter = try TemporaryFolder(in: url.deletingLastPathComponent(), target: url.path, kind: .shelter)
            // It stays should the old folder be in it still.
            defer { rmdir(shelter.url.path) }
            let away = shelter.url.appendingPathComponent(url.lastPathComponent)
            guard rename(url.path, away.path) == 0 else { throw failure() }
            guard rename(new.path, url.path) == 0 else {
                let error = failure()
                rename(away.path, url.path)
                throw error
            }
            try? Leftovers.removeTree(away.path)
        } else if rename(new.path, url.path) != 0 {
            throw failure()
        }
    }

    /// Refuses a folder in which no files could be made, as far as that is known beforehand; it need not exist.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package static func requireWritable(_ url: URL) throws {
        var place = url.standardizedFileURL
        try AtomicFile.requireNameFits(place)
        while place.path != "/", try FileStatus.of(place.path) == nil { place.deleteLastPathComponent() }
        guard try FileStatus.isFolder(place) else {
            throw FileError.unwritable(path: url.path, reason: "\(place.path) is not a directory; expected a directory")
        }
        guard access(place.path, W_OK | X_OK) == 0 else {
            throw FileError.unwritable(path: url.path, reason: systemReason())
        }
    }

    /// Creates a folder and those above it.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package static func create(_ url: URL) throws {
        if let status = try FileStatus.of(url.path) {
            guard status.kind == .folder else {
                throw FileError.unwritable(
                    path: url.path, reason: "\(url.path) is not a directory; expected a directory")
            }
            return
        }
        let path = url.standardizedFileURL
        let parent = path.deletingLastPathComponent()
        guard parent.path != path.path else { return }
        do {
            try create(parent)
        } catch FileError.unwritable(_, let reason) {
            throw FileError.unwritable(path: url.path, reason: reason)
        }
        // Another process may have made it in between.
        guard mkdir(url.path, 0o777) == 0 || errno == EEXIST else {
            throw FileError.unwritable(path: url.path, reason: systemReason())
        }
        try AtomicFile.synchronizeFolder(parent)
    }
}
