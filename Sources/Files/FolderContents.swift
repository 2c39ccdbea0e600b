import Foundation

/// The entries of folders.
package enum FolderContents {
    /// The names in a folder in no order, hidden ones included.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - remedy: What to do when it is missing, as the end of a sentence.
    /// - Throws: ``FileError/missing(path:remedy:)``, ``FileError/unreadable(path:reason:)``.
    package static func names(of folder: URL, remedy: String = "check the path") throws -> [String] {
        guard let stream = opendir(folder.path) else {
            if errno == ENOENT { throw FileError.missing(path: folder.path, remedy: remedy) }
            throw FileError.unreadable(path: folder.path, reason: systemReason())
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                // The end and an error differ by this number alone.
                guard errno == 0 else { throw FileError.unreadable(path: folder.path, reason: systemReason()) }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// The names in a folder; none where there is no folder.
    ///
    /// - Throws: ``FileError/unreadable(path:reason:)``.
    package static func namesIfPresent(of folder: URL) throws -> [String] {
        do { return try names(of: folder) } catch FileError.missing { return [] }
    }
}
