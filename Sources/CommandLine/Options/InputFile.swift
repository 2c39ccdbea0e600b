import Datasets
import Files
import Foundation

/// A file that arguments named, itself or by a folder that it is in.
struct InputFile {
    /// Where it is; `-` is standard input.
    var path: String
    /// Its path below the argument that named it, which results keep below their folder.
    var place: String
    /// Whether an argument named a folder that the file is in.
    var isOfFolder: Bool

    /// What messages call it.
    var name: String { path == OutputPath.standard ? "standard input" : path }

    /// Files as they are, folders as the files in them; `-` stays what it is.
    ///
    /// Of a single folder the files have their places below it. Of several arguments, folders keep their own names as
    /// well, as with `cp -r`, so that equal names in them do not meet.
    ///
    /// - Throws: As `ImageFiles.list(_:kind:)`.
    static func gather(_ arguments: [String], kind: FileTree.Kind = .images) throws -> [InputFile] {
        try arguments.flatMap { argument -> [InputFile] in
            if argument == OutputPath.standard {
                return [InputFile(path: argument, place: "standard-input", isOfFolder: false)]
            }
            let found = try ImageFiles.list([argument], kind: kind)
            guard FileStatus.kind(of: argument) == .folder else {
                return found.map { InputFile(path: $0, place: ($0 as NSString).lastPathComponent, isOfFolder: false) }
            }
            let name = URL(fileURLWithPath: argument).standardizedFileURL.lastPathComponent
            let above = arguments.count > 1 && name != "/" ? name + "/" : ""
            let start = argument.hasSuffix("/") ? argument : argument + "/"
            return found.map { path in
                let below =
                    path.hasPrefix(start) ? String(path.dropFirst(start.count)) : (path as NSString).lastPathComponent
                return InputFile(path: path, place: above + below.drop { $0 == "/" }, isOfFolder: true)
            }
        }
    }

    /// Paths of the inputs' results below one folder: the inputs' places with another extension, numbered where one is
    /// taken (`a.jpg` and `a.png` become `a.hrvq` and `a-2.hrvq`).
    ///
    /// - Parameter reserved: Paths that other results have.
    static func resultPaths(
        of inputs: [InputFile], in folder: String, fileExtension: String, reserved: Set<String> = []
    ) -> [String] {
        var taken = reserved
        return inputs.map { input in
            let own = (input.place as NSString).deletingPathExtension
            var name = "\(own).\(fileExtension)"
            var number = 2
            while !taken.insert(name).inserted {
                name = "\(own)-\(number).\(fileExtension)"
                number += 1
            }
            return (folder as NSString).appendingPathComponent(name)
        }
    }
}
