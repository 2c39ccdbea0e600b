import Files
import Foundation

/// What goes wrong when image files are gathered.
enum ImageFilesError: Error, CustomStringConvertible {
    case empty(folder: String, kind: String)
    case noneDecoded(count: Int)

    var description: String {
        switch self {
        case .empty(let folder, let kind): "\(folder): no \(kind) file in this folder; check the path"
        case .noneDecoded(let count): "none of the \(count) images decoded; see the reasons above"
        }
    }
}

/// The image files that arguments name.
enum ImageFiles {
    static let extensions: Set<String> = ["jpg", "jpeg", "png", "webp"]
    static let kind = "JPEG, PNG or WebP"

    /// Files as they are, folders as the files with one of the extensions in them, sorted.
    ///
    /// - Parameter kind: What errors call such files.
    static func list(
        _ arguments: [String], extensions: Set<String> = extensions, kind: String = kind
    ) throws -> [String] {
        try arguments.flatMap { argument in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder) else {
                throw FileError.missing(path: argument, cure: "give \(kind) files or folders of them")
            }
            guard isFolder.boolValue else { return [argument] }
            let names = FileManager.default.enumerator(atPath: argument)?.compactMap { $0 as? String } ?? []
            let found = names.filter {
                // A pipe that happens to lie in a folder would be waited for.
                extensions.contains(($0 as NSString).pathExtension.lowercased())
                    && isFile((argument as NSString).appendingPathComponent($0))
            }
            guard !found.isEmpty else { throw ImageFilesError.empty(folder: argument, kind: kind) }
            return found.sorted().map { (argument as NSString).appendingPathComponent($0) }
        }
    }

    /// Whether a path leads to a file, and not to a folder, a pipe or a device.
    static func isFile(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
    }
}
