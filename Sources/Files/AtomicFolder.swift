import Foundation

/// Folders that appear whole or not at all.
public enum AtomicFolder {
    /// Fills a temporary folder beside `url` and renames it to `url` when `body` is done.
    ///
    /// A folder that stands at `url` already is replaced.
    ///
    /// - Throws: What `body` throws (the temporary folder is removed, `url` untouched), or
    ///   ``FileError/unwritable(path:reason:)``.
    public static func write(to url: URL, _ body: (URL) throws -> Void) throws {
        let manager = FileManager.default
        let temporary = url.deletingLastPathComponent()
            .appendingPathComponent(".\(url.lastPathComponent).\(UUID().uuidString).tmp")
        try create(temporary)
        do {
            try body(temporary)
            AtomicFile.synchronizeFolder(temporary)
            if manager.fileExists(atPath: url.path) {
                let old = temporary.appendingPathExtension("old")
                guard rename(url.path, old.path) == 0 else {
                    throw FileError.unwritable(path: url.path, reason: String(cString: strerror(errno)))
                }
                guard rename(temporary.path, url.path) == 0 else {
                    let reason = String(cString: strerror(errno))
                    rename(old.path, url.path)
                    throw FileError.unwritable(path: url.path, reason: reason)
                }
                try? manager.removeItem(at: old)
            } else if rename(temporary.path, url.path) != 0 {
                throw FileError.unwritable(path: url.path, reason: String(cString: strerror(errno)))
            }
            AtomicFile.synchronizeFolder(url.deletingLastPathComponent())
        } catch {
            try? manager.removeItem(at: temporary)
            throw error
        }
    }

    /// Creates a folder and those above it.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    public static func create(_ url: URL) throws {
        // Foundation has no words for a file where a folder is due.
        var parent = url.path
        var information = stat()
        while stat(parent, &information) != 0, parent.count > 1 {
            parent = (parent as NSString).deletingLastPathComponent
        }
        guard parent.count <= 1 || information.st_mode & S_IFMT == S_IFDIR else {
            throw FileError.unwritable(path: url.path, reason: "\(parent) is no folder, and one is due")
        }
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw FileError.unwritable(path: url.path, reason: FileReader.reason(of: error))
        }
    }
}
