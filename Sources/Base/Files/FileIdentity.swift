import Foundation

/// Which file or folder a path leads to: two paths with one identity are one file, whatever they are called.
///
/// Symbolic links are followed, and hard links to a file share its identity.
package struct FileIdentity: Hashable, Sendable {
    /// The file system.
    let device: UInt64
    /// The file's number in it.
    let number: UInt64

    init(_ information: stat) {
        device = UInt64(truncatingIfNeeded: information.st_dev)
        number = UInt64(truncatingIfNeeded: information.st_ino)
    }

    /// Looks a path up.
    ///
    /// - Returns: `nil` where nothing exists, or the way to it may not be searched.
    package init?(_ path: String) {
        guard let status = try? FileStatus.of(path) else { return nil }
        self = status.identity
    }

    /// The folders that a path lies in, the innermost first, and the path itself where it is a folder.
    ///
    /// A path that does not exist yet lies in the folder in which it would be made.
    package static func folders(around path: String) -> [FileIdentity] {
        var url = URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL
        // The links on the way to what does not exist are not resolved together with it.
        while url.path != "/", FileIdentity(url.path) == nil {
            url = url.deletingLastPathComponent().resolvingSymlinksInPath().standardizedFileURL
        }
        var found: [FileIdentity] = []
        while true {
            if let status = try? FileStatus.of(url.path), status.kind == .folder { found.append(status.identity) }
            guard url.path != "/" else { return found }
            url = url.deletingLastPathComponent()
        }
    }
}
