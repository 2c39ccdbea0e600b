import Files
import Foundation

@testable import Datasets

/// Files in memory, for layouts of more files than a test should write.
struct MemoryFiles: FileSource {
    let path = "memory"
    private let contents: [String: Data]
    private let folders: [String: Set<String>]

    /// Files of a path and a text.
    init(_ files: [String: String]) {
        contents = files.mapValues { Data($0.utf8) }
        var folders: [String: Set<String>] = ["": []]
        for file in files.keys {
            var path = ""
            for name in file.split(separator: "/") {
                folders[path, default: []].insert(String(name))
                path += (path.isEmpty ? "" : "/") + name
            }
        }
        self.folders = folders
    }

    /// Empty pictures, and files of a text.
    init(_ pictures: [String], _ files: [String: String] = [:]) {
        self.init(files.merging(pictures.map { ($0, "") }) { first, _ in first })
    }

    func entries(of folder: String) throws -> FolderEntries? {
        folders[folder].map { names in
            FolderEntries(
                entries: names.map { name in
                    .init(
                        name: name, type: folders[folder.isEmpty ? name : folder + "/" + name] == nil ? .file : .folder)
                })
        }
    }

    func tree(below folder: String, kind: FileTree.Kind) throws -> FileTree {
        let prefix = folder.isEmpty ? "" : folder + "/"
        let below = contents.keys.filter { $0.hasPrefix(prefix) && kind.isOfExtension($0) }
            .map { String($0.dropFirst(prefix.count)) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let names = try entries(of: folder)?.entries.filter { $0.type == .folder }.map(\.name) ?? []
        return FileTree(files: below, folders: names, leftOut: LeftOutFiles(kind: kind.name))
    }

    func kind(of path: String) -> FileStatus.Kind? {
        contents[path] != nil ? .file : folders[path] != nil ? .folder : nil
    }

    func size(of path: String) -> Int? { contents[path]?.count }

    func read(_ path: String, limit: Int?) throws -> Data {
        guard let data = contents[path] else { throw FileError.missing(path: path, remedy: "none") }
        return data
    }

    func start(of path: String, count: Int) -> [UInt8] { [UInt8]((contents[path] ?? Data()).prefix(count)) }

    func name(of path: String) -> String { "memory/" + path }
}
