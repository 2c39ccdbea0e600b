import Foundation

/// What stands at a path, as the system says it. Unlike `FileManager.fileExists`, a path that may not be looked at is an
/// error and not "missing".
package struct FileStatus: Sendable, Equatable {
    /// The kinds that make a difference.
    package enum Kind: Sendable, Equatable {
        /// A regular file.
        case file
        /// A folder.
        case folder
        /// A symbolic link; only where links are not followed.
        case link
        /// A pipe, a device or a socket.
        case other
    }

    /// The kind.
    package var kind: Kind
    /// Bytes of a file.
    package var size: Int
    /// When its bytes were changed last, in nanoseconds since 1970.
    package var changed: Int
    /// Permissions, as `chmod` accepts them.
    package var permissions: mode_t
    /// Which file or folder it is.
    package var identity: FileIdentity

    init(_ information: stat) {
        kind =
            switch information.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        size = Int(information.st_size)
        #if canImport(Darwin)
            let time = information.st_mtimespec
        #else
            let time = information.st_mtim
        #endif
        changed = Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
        permissions = information.st_mode & 0o7777
        identity = FileIdentity(information)
    }

    /// The status of a path.
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - followsLinks: Whether the status is that of the file a link leads to.
    /// - Returns: `nil` where nothing is there.
    /// - Throws: ``FileError/unreadable(path:reason:)``, for example where a folder on the way has no permission.
    package static func of(_ path: String, followsLinks: Bool = true) throws -> FileStatus? {
        var information = stat()
        if (followsLinks ? stat(path, &information) : lstat(path, &information)) == 0 { return FileStatus(information) }
        guard errno == ENOENT || errno == ENOTDIR else {
            throw FileError.unreadable(path: path, reason: systemReason())
        }
        return nil
    }

    /// The kind of what a path leads to; `nil` where nothing is there, or may be seen.
    package static func kind(of path: String) -> Kind? { (try? of(path))?.kind }

    /// Whether something is at a path.
    ///
    /// - Throws: ``FileError/unreadable(path:reason:)``.
    package static func exists(_ url: URL) throws -> Bool { try of(url.path) != nil }

    /// Whether a folder is at a path.
    ///
    /// - Throws: ``FileError/unreadable(path:reason:)``.
    package static func isFolder(_ url: URL) throws -> Bool { try of(url.path)?.kind == .folder }
}

/// The system's text for the error of the call that just failed.
package func systemReason(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }
