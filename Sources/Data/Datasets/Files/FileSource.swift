import Files
import Foundation

/// The files of a data set by their paths, wherever they are: in a folder, or in archives.
///
/// Paths are relative, divided by `/`; the empty one is the source itself.
package protocol FileSource: Sendable {
    /// What messages call it: the path of the folder, the archive, or the pattern.
    var path: String { get }

    /// What is directly in a folder; `nil` where there is no such folder.
    ///
    /// - Throws: `FileError.unreadable`.
    func entries(of folder: String) throws -> FolderEntries?

    /// All files of a kind below a folder, relative to it.
    ///
    /// - Throws: `FileError.unreadable`.
    func tree(below folder: String, kind: FileTree.Kind) throws -> FileTree

    /// What is at a path; `nil` where nothing is, or may be seen.
    func kind(of path: String) -> FileStatus.Kind?

    /// The bytes of a file; `nil` where there is no such file.
    func size(of path: String) -> Int?

    /// All bytes of a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The most bytes; `nil` allows any number.
    /// - Throws: `FileError`, `MemoryError`.
    func read(_ path: String, limit: Int?) throws -> Data

    /// All bytes of a picture, for a decoder that takes an array.
    ///
    /// - Throws: `FileError`, `MemoryError`.
    func picture(_ path: String) throws -> [UInt8]

    /// The first bytes of a file, fewer where it ends before; nothing where it cannot be read.
    func start(of path: String, count: Int) -> [UInt8]

    /// What errors call a file.
    func name(of path: String) -> String
}

extension FileSource {
    /// Copies what ``read(_:limit:)`` gives.
    package func picture(_ path: String) throws -> [UInt8] { [UInt8](try read(path, limit: FileReader.pictureLimit)) }

    /// Whether a folder is at a path.
    package func isFolder(_ path: String) -> Bool { kind(of: path) == .folder }

    /// Whether anything is at a path.
    package func exists(_ path: String) -> Bool { kind(of: path) != nil }

    /// The first of some files that is there.
    package func first(of paths: [String]) -> String? { paths.first { kind(of: $0) == .file } }

    /// The lines of a text file, without those that are empty.
    ///
    /// - Throws: `FileError`.
    func lines(of path: String) throws -> [Substring] {
        let data = try read(path, limit: FileReader.textLimit)
        var text = Substring(String(decoding: data, as: UTF8.self))
        if text.unicodeScalars.first == "\u{FEFF}" { text = text.dropFirst() }
        return text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    }
}

/// The files below a folder of a disk.
package struct FolderFiles: FileSource {
    /// The folder.
    package let path: String

    /// The files below a folder.
    package init(_ path: String) { self.path = path }

    private func full(_ relative: String) -> String { relative.isEmpty ? path : path + "/" + relative }

    /// Lists the folder on the disk.
    package func entries(of folder: String) throws -> FolderEntries? {
        guard isFolder(folder) else { return nil }
        return try FolderEntries(full(folder))
    }

    /// Lists all below the folder on the disk.
    package func tree(below folder: String, kind: FileTree.Kind) throws -> FileTree {
        try FileTree(full(folder), kind: kind)
    }

    /// What the disk says.
    package func kind(of path: String) -> FileStatus.Kind? { FileStatus.kind(of: full(path)) }

    /// What the disk says.
    package func size(of path: String) -> Int? {
        guard let status = try? FileStatus.of(full(path)), status.kind == .file else { return nil }
        return status.size
    }

    /// Reads the file; a large one is memory-mapped. Pipes and devices are refused.
    package func read(_ path: String, limit: Int?) throws -> Data {
        try FileReader.readRegular(
            URL(fileURLWithPath: full(path)), remedy: "check the path of the image", limit: limit)
    }

    /// Reads the file's start.
    package func start(of path: String, count: Int) -> [UInt8] { FileReader.start(of: full(path), count: count) }

    /// The whole path.
    package func name(of path: String) -> String {
        URL(fileURLWithPath: self.path, isDirectory: true).appendingPathComponent(path, isDirectory: false).path
    }
}
