import Foundation

extension FileReader {
    /// The bytes of a regular file, memory-mapped where the system can; pipes and devices are refused, which might never
    /// end or be waited for.
    ///
    /// - Throws: ``FileError/missing(path:remedy:)``, ``FileError/unreadable(path:reason:)``.
    package static func readRegular(_ url: URL, remedy: String = "check the path") throws -> Data {
        switch FolderEntries.type(of: url.path) {
        case .file: return try read(url, remedy: remedy)
        case .folder: throw FileError.unreadable(path: url.path, reason: "is a directory; expected a file")
        case .special, .brokenLink:
            throw FileError.unreadable(
                path: url.path, reason: "is a pipe, a socket or a device; expected a file")
        case nil: throw FileError.missing(path: url.path, remedy: remedy)
        }
    }

    /// A file's size in bytes; `nil` where there is none.
    package static func size(of path: String) -> Int? {
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : nil
    }

    /// The first bytes of a file, fewer where it is smaller; none where it cannot be read.
    package static func start(of path: String, bytes count: Int) -> [UInt8] {
        guard FolderEntries.type(of: path) == .file, let file = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? file.close() }
        return [UInt8]((try? file.read(upToCount: count)) ?? Data())
    }
}
