import Foundation

/// A file that grows while a program runs, such as a log.
package final class AppendingFile {
    /// The file.
    package let url: URL
    private var descriptor: Int32?

    /// Opens a file that exists, to write at its end.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package init(_ url: URL) throws {
        self.url = url
        descriptor = try open()
    }

    /// Creates a file; `nil` where the name is taken.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package init?(new url: URL) throws {
        self.url = url
        let descriptor = Foundation.open(url.path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            if errno == EEXIST { return nil }
            throw FileError.unwritable(path: url.path, reason: systemReason())
        }
        self.descriptor = descriptor
    }

    deinit { if let descriptor { Foundation.close(descriptor) } }

    private func open() throws -> Int32 {
        let descriptor = Foundation.open(url.path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.unwritable(path: url.path, reason: systemReason()) }
        return descriptor
    }

    /// Appends bytes, by one call of the system where it accepts all of them. A file that was closed is opened again.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package func write(_ data: Data) throws {
        let open = try descriptor ?? open()
        descriptor = open
        try FileSink(descriptor: open, path: url.path).write(data)
    }

    /// Brings what was written to disk.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package func synchronize() throws {
        guard let descriptor else { return }
        guard fsync(descriptor) == 0 else { throw FileError.unwritable(path: url.path, reason: systemReason()) }
    }

    /// Brings what was written to disk, and closes the file.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package func close() throws {
        guard let descriptor else { return }
        try synchronize()
        self.descriptor = nil
        guard Foundation.close(descriptor) == 0 else {
            throw FileError.unwritable(path: url.path, reason: systemReason())
        }
    }
}
