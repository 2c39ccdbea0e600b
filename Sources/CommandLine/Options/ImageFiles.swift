import Datasets
import Files
import Foundation

/// What goes wrong when image files are gathered.
enum ImageFilesError: Error, CustomStringConvertible {
    case empty(folder: String, kind: String, leftOut: [String])
    case noneDecoded(count: Int)

    var description: String {
        switch self {
        case .empty(let folder, let kind, let leftOut):
            "\(name: folder): no \(kind) file in this folder; check the path"
                + (leftOut.isEmpty ? "" : " (left out: " + Listing.text(leftOut, separator: "; ") + ")")
        case .noneDecoded(let count): "none of the \(count) images decoded; see the reasons above"
        }
    }
}

extension FileTree.Kind {
    /// What `hrvq encode` writes.
    static let compressed = FileTree.Kind(name: ".hrvq", extensions: ["hrvq"])
}

/// The image files that arguments name.
enum ImageFiles {
    /// Files as they are, folders as the files of a kind below them, in the order of their bytes. What is left out of a
    /// folder is said.
    ///
    /// - Parameters:
    ///   - arguments: Paths as the user wrote them.
    ///   - kind: Of the files in folders.
    /// - Throws: `FileError`, ``ImageFilesError``.
    static func list(_ arguments: [String], kind: FileTree.Kind = .images) throws -> [String] {
        try arguments.flatMap { argument in
            switch try FileStatus.of(argument)?.kind {
            case nil:
                throw FileError.missing(path: argument, remedy: "give \(kind.name) files or folders of them")
            case .folder:
                let tree = try FileTree(argument, kind: kind)
                guard !tree.files.isEmpty else {
                    throw ImageFilesError.empty(folder: argument, kind: kind.name, leftOut: tree.leftOut.texts)
                }
                if tree.leftOut.count > 0 {
                    printError("\(name: argument): left out: " + Listing.text(tree.leftOut.texts, separator: "; "))
                }
                return tree.files.map { (argument as NSString).appendingPathComponent($0) }
            case .file, .link, .other: return [argument]
            }
        }
    }
}
