import Foundation
import Synchronization

/// A file under a temporary name beside its target. Its lock tells other processes that it is being written.
final class TemporaryFile: Sendable {
    let url: URL
    let descriptor: Int32
    private let target: String
    private let isOpen = Mutex(true)

    /// Creates the file.
    ///
    /// - Parameters:
    ///   - folder: Where.
    ///   - target: What errors call it.
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    init(in folder: URL, target: String) throws {
        self.target = target
        while true {
            let url = folder.appendingPathComponent(Leftovers.newName())
            let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else {
                if errno == EEXIST || errno == EINTR { continue }
                throw FileError.unwritable(path: target, reason: systemReason())
            }
            guard Leftovers.claim(descriptor) else {
                // Another process took it for a leftover before it was locked.
                Foundation.close(descriptor)
                continue
            }
            self.url = url
            self.descriptor = descriptor
            return
        }
    }

    /// Brings the bytes to disk.
    func synchronize() throws {
        guard fsync(descriptor) == 0 else { throw FileError.unwritable(path: target, reason: systemReason()) }
    }

    /// Gives the file its name. It is closed afterwards, as closing gives up its lock.
    func move(to url: URL) throws {
        guard rename(self.url.path, url.path) == 0 else {
            throw FileError.unwritable(path: target, reason: systemReason())
        }
        isOpen.withLock { $0 = false }
        guard Foundation.close(descriptor) == 0 else {
            throw FileError.unwritable(path: target, reason: systemReason())
        }
    }

    /// Closes and removes what has no name of its own.
    func discard() {
        unlink(url.path)
        isOpen.withLock {
            if $0 { Foundation.close(descriptor) }
            $0 = false
        }
    }
}

/// A folder under a temporary name beside its target; see ``TemporaryFile``.
final class TemporaryFolder {
    let url: URL
    private let descriptor: Int32

    /// Creates the folder.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    init(in folder: URL, target: String, kind: Leftovers.Kind = .unfinished) throws {
        while true {
            let url = folder.appendingPathComponent(Leftovers.newName(kind), isDirectory: true)
            guard mkdir(url.path, 0o777) == 0 else {
                if errno == EEXIST { continue }
                throw FileError.unwritable(path: target, reason: systemReason())
            }
            let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else {
                let number = errno
                // Another process took it for a leftover before it was locked.
                if number == ENOENT { continue }
                rmdir(url.path)
                throw FileError.unwritable(path: target, reason: systemReason(number))
            }
            guard Leftovers.claim(descriptor) else {
                close(descriptor)
                continue
            }
            self.url = url
            self.descriptor = descriptor
            return
        }
    }

    deinit { close(descriptor) }
}
