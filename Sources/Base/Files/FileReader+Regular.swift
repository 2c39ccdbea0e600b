import Foundation

extension FileReader {
    /// The bytes of a regular file, memory-mapped where the system can; pipes and devices are refused, which might never
    /// end or be waited for.
    ///
    /// - Throws: ``FileError/missing(path:remedy:)``, ``FileError/unreadable(path:reason:)``.
    package static func readRegular(_ url: URL, remedy: Message = "check the path", limit: Int? = nil) throws -> Data {
        switch try FileStatus.of(url.path)?.kind {
        case .file: return try read(url, remedy: remedy, limit: limit)
        case .folder: throw FileError.unreadable(path: url.path, reason: "is a directory; expected a file")
        case .link, .other:
            throw FileError.unreadable(
                path: url.path, reason: "is a pipe, a socket or a device; expected a file")
        case nil: throw FileError.missing(path: url.path, remedy: remedy)
        }
    }
}
