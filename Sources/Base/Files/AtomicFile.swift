import Foundation

/// Files that appear whole or not at all: a temporary name beside the target, `fsync`, then `rename`.
package enum AtomicFile {
    /// Writes `data` to `url`, replacing a file of that name only once all bytes are on disk.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)`` with the system's text; the temporary file is removed.
    package static func write(_ data: Data, to url: URL) throws {
        try write(to: url) { try $0.write(data) }
    }

    /// Writes a text file in UTF-8; see ``write(_:to:)-(Data,URL)``.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package static func write(_ text: String, to url: URL) throws {
        try write(Data(text.utf8), to: url)
    }

    /// Streams a file: `body` receives a sink for as many chunks as it likes.
    ///
    /// - Throws: What `body` throws, or ``FileError/unwritable(path:reason:)``; the target is untouched then.
    package static func write(to url: URL, _ body: (FileSink) throws -> Void) throws {
        // A link is followed, and a device or pipe is written to: to put a file in its place would destroy it.
        let url = url.resolvingSymlinksInPath()
        // Where nothing may be seen nothing can be made either, and the error is that of making it.
        let old = try? FileStatus.of(url.path)
        switch old?.kind {
        case nil, .file: break
        case .folder: throw FileError.unwritable(path: url.path, reason: "is a directory; expected a file")
        default: return try writeThrough(to: url, body)
        }
        try requireNameFits(url)
        let folder = url.deletingLastPathComponent()
        Leftovers.sweep(folder)
        let temporary = try TemporaryFile(in: folder, target: url.path)
        do {
            // What a user set for the file stays, and holds before the first byte is there.
            if let old { fchmod(temporary.descriptor, old.permissions & 0o777) }
            try body(FileSink(descriptor: temporary.descriptor, path: url.path))
            try temporary.synchronize()
            if let group = AtomicGroup.current { return group.add(temporary, target: url) }
            try temporary.move(to: url)
        } catch {
            temporary.discard()
            throw FileError.untouched(error)
        }
        try synchronizeFolder(folder)
    }

    /// Writes a file unless there is one of that name: of several programs that try at the same time, the first one's
    /// stays.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package static func writeIfAbsent(_ data: Data, to url: URL) throws {
        let folder = url.deletingLastPathComponent()
        let temporary = try TemporaryFile(in: folder, target: url.path)
        defer { temporary.discard() }
        try FileSink(descriptor: temporary.descriptor, path: url.path).write(data)
        try temporary.synchronize()
        // A link, unlike a rename, replaces nothing.
        if link(temporary.url.path, url.path) != 0, errno != EEXIST {
            // The file system has no hard links.
            return try write(data, to: url)
        }
        try synchronizeFolder(folder)
    }

    /// Removes a file, or a folder with all that is in it.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package static func remove(_ url: URL) throws {
        try Leftovers.removeTree(url.path)
    }

    /// Refuses a target that cannot be written, as far as that is known beforehand: before an hour's work, not after it.
    ///
    /// Its folder must be there and let files be made in it, and no folder may stand in its place. A full disk is found
    /// when the file is written.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package static func requireWritable(_ url: URL) throws {
        let target = url.resolvingSymlinksInPath()
        var information = stat()
        if stat(target.path, &information) == 0 {
            if information.st_mode & S_IFMT == S_IFDIR {
                throw FileError.unwritable(path: url.path, reason: "is a directory; expected a file")
            }
            // A device or pipe is written to in place.
            if information.st_mode & S_IFMT != S_IFREG {
                guard access(target.path, W_OK) == 0 else {
                    throw FileError.unwritable(path: url.path, reason: systemReason())
                }
                return
            }
        }
        try requireNameFits(target)
        let folder = target.deletingLastPathComponent().path
        guard stat(folder, &information) == 0 else {
            throw FileError.unwritable(path: url.path, reason: "there is no folder \(folder)")
        }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            throw FileError.unwritable(path: url.path, reason: "\(folder) is not a directory; expected a directory")
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            throw FileError.unwritable(path: url.path, reason: systemReason())
        }
    }

    private static func writeThrough(to url: URL, _ body: (FileSink) throws -> Void) throws {
        let descriptor = open(url.path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FileError.unwritable(path: url.path, reason: systemReason())
        }
        do {
            try body(FileSink(descriptor: descriptor, path: url.path))
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw FileError.unwritable(path: url.path, reason: systemReason()) }
    }

    /// Refuses a name that is longer than the file system allows, before the work and not at its end.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package static func requireNameFits(_ url: URL) throws {
        let length = url.lastPathComponent.utf8.count
        let limit = pathconf(url.deletingLastPathComponent().path, Int32(_PC_NAME_MAX))
        guard limit > 0, length > limit else { return }
        throw FileError.unwritable(
            path: url.path, reason: "the name has \(length) bytes; expected at most \(limit), so choose another name")
    }

    /// Makes a rename durable: the folder's own entry is what a power cut would lose.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    static func synchronizeFolder(_ folder: URL) throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            // Files can be made in a folder that may not be listed.
            if errno == EACCES { return }
            throw FileError.unwritable(path: folder.path, reason: systemReason())
        }
        defer { close(descriptor) }
        // Some file systems do not support this on folders.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == EOPNOTSUPP else {
            throw FileError.unwritable(path: folder.path, reason: systemReason())
        }
    }
}

/// The receiving end of ``AtomicFile/write(to:_:)``.
package struct FileSink {
    private let descriptor: Int32
    private let path: String

    /// Wraps an open file.
    ///
    /// - Parameters:
    ///   - descriptor: The file, open for writing.
    ///   - path: What to call it in an error.
    package init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// Appends bytes.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``, for example when the disk is full.
    package func write(_ data: Data) throws {
        try data.withUnsafeBytes { try write($0) }
    }

    /// Appends raw bytes; see ``write(_:)-(Data)``.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let written = Foundation.write(descriptor, base, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw FileError.unwritable(path: path, reason: systemReason())
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }
}
