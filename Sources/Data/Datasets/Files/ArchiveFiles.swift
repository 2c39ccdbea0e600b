import Archives
import Files
import Foundation

/// The files of one or several archives, read without unpacking them.
///
/// Of several archives each is a folder named after its file, without `.tar` or `.zip`.
package struct ArchiveFiles: FileSource {
    /// The archive, or what names several.
    package let path: String
    private let archives: [ArchiveFile]
    /// Paths in the order of their bytes, and where each one is.
    private let names: NameTable
    private let places: [(archive: Int32, member: Int32)]

    /// Puts archives together.
    ///
    /// - Parameters:
    ///   - path: What messages call them together.
    ///   - archives: At least one.
    /// - Throws: `FileError` for two files of one path.
    package init(_ path: String, _ archives: [ArchiveFile]) throws {
        self.path = path
        self.archives = archives
        var all = NameTable()
        var origins: [(archive: Int32, member: Int32)] = []
        for (number, archive) in archives.enumerated() {
            let prefix = archives.count == 1 ? "" : Self.stem(archive.path) + "/"
            for (member, name) in archive.index.names.enumerated() {
                all.append(prefix + name)
                origins.append((Int32(truncatingIfNeeded: number), Int32(truncatingIfNeeded: member)))
            }
        }
        let order = all.order()
        var sorted = NameTable()
        for (position, index) in order.enumerated() {
            if position > 0, all.utf8(at: index).elementsEqual(all.utf8(at: order[position - 1])) {
                throw FileError.malformed(
                    path: path, reason: "holds two files of the path \(name: all[index])", expected: "each path once")
            }
            sorted.append(all[index])
        }
        names = sorted
        places = order.map { origins[$0] }
    }

    /// A file's name without what it ends with as an archive.
    static func stem(_ path: String) -> String {
        let name = (path as NSString).lastPathComponent
        for ending in [".tar", ".zip"] where name.lowercased().hasSuffix(ending) && name.count > 4 {
            return String(name.dropLast(4))
        }
        return name
    }

    private static func prefix(_ folder: String) -> [UInt8] {
        folder.isEmpty ? [] : Array(folder.utf8) + [UInt8(ascii: "/")]
    }

    /// The indices below a folder.
    private func range(below prefix: [UInt8]) -> Range<Int> {
        guard var end = Optional(prefix), !prefix.isEmpty else { return 0..<names.count }
        // The first byte after a slash.
        end[end.count - 1] += 1
        return names.firstIndex(from: prefix)..<names.firstIndex(from: end)
    }

    private func index(of path: String) -> Int? {
        let index = names.firstIndex(from: path.utf8)
        return index < names.count && names.utf8(at: index).elementsEqual(path.utf8) ? index : nil
    }

    /// Files and folders that names of files tell of.
    package func entries(of folder: String) throws -> FolderEntries? {
        let prefix = Self.prefix(folder)
        let range = range(below: prefix)
        guard !range.isEmpty || folder.isEmpty else { return nil }
        var entries: [FolderEntries.Entry] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let rest = names.utf8(at: index).dropFirst(prefix.count)
            let name = rest.prefix { $0 != UInt8(ascii: "/") }
            let isFolder = name.endIndex < rest.endIndex
            entries.append(.init(name: String(decoding: name, as: UTF8.self), type: isFolder ? .folder : .file))
            // On to the first name that is not in this folder.
            index = isFolder ? names.firstIndex(from: prefix + Array(name) + [UInt8(ascii: "/") + 1]) : index + 1
        }
        return FolderEntries(entries: entries)
    }

    /// Goes through the names; of files whose name says nothing 16 bytes are read.
    package func tree(below folder: String, kind: FileTree.Kind) throws -> FileTree {
        let prefix = Self.prefix(folder)
        var leftOut = LeftOutFiles(kind: kind.name)
        var files: [String] = []
        var folders: [String] = []
        for index in range(below: prefix) {
            let path = String(decoding: names.utf8(at: index).dropFirst(prefix.count), as: UTF8.self)
            if path.utf8.first == UInt8(ascii: ".") || path.contains("/.") {
                leftOut.add(.hidden, path)
                continue
            }
            if let slash = path.utf8.firstIndex(of: UInt8(ascii: "/")) {
                let first = String(path[..<slash])
                if folders.last != first { folders.append(first) }
            }
            if kind.isOfExtension(path) || (!Self.isOther(path) && kind.isContent(start(at: index, count: 16))) {
                files.append(path)
            } else {
                leftOut.add(.otherKind, path)
            }
        }
        return FileTree(files: files, folders: folders, leftOut: leftOut)
    }

    /// Files that lie beside the images of a shard, as many as there are images: they are not opened to find out.
    private static func isOther(_ path: String) -> Bool {
        let ending = (path as NSString).pathExtension.lowercased()
        return ["cls", "json", "txt", "csv", "xml", "npy", "id", "md"].contains(ending)
    }

    /// Whether the path is that of a file, or a file's path begins with it.
    package func kind(of path: String) -> FileStatus.Kind? {
        if path.isEmpty || !range(below: Self.prefix(path)).isEmpty { return .folder }
        return index(of: path) == nil ? nil : .file
    }

    /// The size that the archive gives.
    package func size(of path: String) -> Int? {
        index(of: path).map { archives[Int(places[$0].archive)].index.sizes[Int(places[$0].member)] }
    }

    /// Reads the member.
    package func read(_ path: String, limit: Int?) throws -> Data { Data(try bytes(of: path, limit: limit)) }

    /// Reads the member.
    package func picture(_ path: String) throws -> [UInt8] { try bytes(of: path, limit: FileReader.pictureLimit) }

    private func bytes(of path: String, limit: Int?) throws -> [UInt8] {
        guard let index = index(of: path) else {
            throw FileError.missing(path: name(of: path), remedy: "check the content of the archive")
        }
        let (archive, member) = (archives[Int(places[index].archive)], Int(places[index].member))
        if let limit, archive.index.sizes[member] > limit {
            throw FileError.unreadable(
                path: name(of: path),
                reason: "has \(archive.index.sizes[member]) bytes; expected at most \(limit) bytes; give a smaller file"
            )
        }
        return try archive.read(member)
    }

    /// Reads the member's start.
    package func start(of path: String, count: Int) -> [UInt8] {
        index(of: path).map { start(at: $0, count: count) } ?? []
    }

    private func start(at index: Int, count: Int) -> [UInt8] {
        (try? archives[Int(places[index].archive)].read(Int(places[index].member), first: count)) ?? []
    }

    /// The archive, a colon, the name in it.
    package func name(of path: String) -> String {
        guard let index = index(of: path) else { return "\(self.path):\(path)" }
        return archives[Int(places[index].archive)].name(of: Int(places[index].member))
    }

    /// What was left out of the archives.
    package var leftOut: [String] {
        archives.flatMap { archive in
            archive.index.leftOut.texts.map { archives.count == 1 ? $0 : "in \(archive.path) \($0)" }
        }
    }
}
