import Files
import Foundation

/// The files of archives, and beside them those of the folder that the archives lie in, such as lists of classes.
struct OverlaidFiles: FileSource {
    let path: String
    private let front: any FileSource
    private let back: any FileSource

    /// - Parameters:
    ///   - front: Has the pictures.
    ///   - back: Is asked for files that `front` does not have.
    init(_ front: any FileSource, over back: any FileSource) {
        self.front = front
        self.back = back
        path = back.path
    }

    private func owner(of path: String) -> any FileSource { front.exists(path) ? front : back }

    func entries(of folder: String) throws -> FolderEntries? {
        try front.entries(of: folder) ?? back.entries(of: folder)
    }

    func tree(below folder: String, kind: FileTree.Kind) throws -> FileTree {
        try front.tree(below: folder, kind: kind)
    }

    func kind(of path: String) -> FileStatus.Kind? { front.kind(of: path) ?? back.kind(of: path) }

    func size(of path: String) -> Int? { owner(of: path).size(of: path) }

    func read(_ path: String, limit: Int?) throws -> Data { try owner(of: path).read(path, limit: limit) }

    func picture(_ path: String) throws -> [UInt8] { try owner(of: path).picture(path) }

    func start(of path: String, count: Int) -> [UInt8] { owner(of: path).start(of: path, count: count) }

    func name(of path: String) -> String { owner(of: path).name(of: path) }
}

/// The files below a folder of another source.
struct SubfolderFiles: FileSource {
    private let source: any FileSource
    private let folder: String

    init(_ source: any FileSource, _ folder: String) { (self.source, self.folder) = (source, folder) }

    private func full(_ path: String) -> String { path.isEmpty ? folder : folder + "/" + path }

    var path: String { source.path }

    func entries(of folder: String) throws -> FolderEntries? { try source.entries(of: full(folder)) }

    func tree(below folder: String, kind: FileTree.Kind) throws -> FileTree {
        try source.tree(below: full(folder), kind: kind)
    }

    func kind(of path: String) -> FileStatus.Kind? { source.kind(of: full(path)) }

    func size(of path: String) -> Int? { source.size(of: full(path)) }

    func read(_ path: String, limit: Int?) throws -> Data { try source.read(full(path), limit: limit) }

    func picture(_ path: String) throws -> [UInt8] { try source.picture(full(path)) }

    func start(of path: String, count: Int) -> [UInt8] { source.start(of: full(path), count: count) }

    func name(of path: String) -> String { source.name(of: full(path)) }
}
