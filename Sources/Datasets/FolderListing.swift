import Files
import Foundation

/// The image files below a folder.
enum FolderListing {
    static let extensions: Set<String> = ["jpg", "jpeg", "png", "webp"]

    /// Paths relative to `root` of all image files, sorted byte by byte; hidden files and folders are left out,
    /// symbolic links are followed.
    ///
    /// - Throws: `FileError.unreadable` for a folder that cannot be listed.
    static func images(below root: URL) throws -> [String] {
        var found: [String] = []
        var visited: Set<String> = []
        try visit(root, prefix: "", found: &found, visited: &visited)
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func visit(_ folder: URL, prefix: String, found: inout [String], visited: inout Set<String>) throws {
        // A link that leads upwards would be followed for ever.
        guard visited.insert(folder.resolvingSymlinksInPath().path).inserted else { return }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch {
            throw FileError.unreadable(path: folder.path, reason: FileReader.reason(of: error))
        }
        // Sorted here too: where two links lead to one folder, the first name is the one that counts.
        for name in names.sorted() where !name.hasPrefix(".") {
            let parts = name.split(separator: ".")
            if parts.count > 1, extensions.contains(parts[parts.count - 1].lowercased()) {
                found.append(prefix + name)
            } else {
                let inner = folder.appendingPathComponent(name)
                if isFolder(inner) {
                    try visit(inner, prefix: prefix + name + "/", found: &found, visited: &visited)
                }
            }
        }
    }
}
