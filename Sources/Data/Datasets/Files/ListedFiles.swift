import Files
import Foundation

/// Files that a list or a pattern names, in its order.
package struct ListedFiles: FileSource {
    /// The list or the pattern.
    package let path: String
    /// Paths as they are named; relative ones start at ``root``.
    let paths: [String]
    /// The class that the list gives each path; empty where it gives none.
    let classes: [String]
    /// The split of each path, where there is a list for each; empty elsewhere.
    let splits: [Split]
    private let root: String

    /// Reads a list: a path a line, and behind a tab, or the last space, a class.
    ///
    /// A line is a path with a class where what stands before the separator is a file and the whole line is none.
    ///
    /// - Throws: `FileError`; ``DatasetError/missing(folder:expected:remedy:)`` for files that are not there;
    ///   `FileError` for two files of one path; ``DatasetError/unclearFolders(folder:reason:remedy:)`` for classes in
    ///   some lines alone.
    package init(list: String) throws {
        let root = (list as NSString).deletingLastPathComponent
        try self.init(list, root, Self.lines(of: list, root), [])
    }

    /// Reads the lists `train.txt` and `test.txt` of a folder, as `hrvq data split` writes them.
    ///
    /// - Throws: As ``init(list:)``, also for a file that both lists name.
    package init(lists folder: String) throws {
        let training = try Self.lines(of: folder + "/train.txt", folder)
        let test = try Self.lines(of: folder + "/test.txt", folder)
        try self.init(
            folder, folder, training + test,
            training.map { _ in .train } + test.map { _ in .test })
    }

    private init(
        _ list: String, _ root: String, _ found: [(path: String, label: Substring?)], _ splits: [Split]
    ) throws {
        let labelled = found.count { $0.label != nil }
        guard labelled == 0 || labelled == found.count else {
            let example = found.first { $0.label == nil }?.path ?? ""
            throw DatasetError.unclearFolders(
                folder: list, reason: "\(labelled) of \(found.count) lines have a class, and \(example) has none",
                remedy: "give every line a class, or none")
        }
        path = list
        self.root = root
        self.splits = splits
        paths = found.map(\.path)
        classes = found.compactMap { $0.label.map(String.init) }
        try requireDistinct()
    }

    private static func lines(of list: String, _ root: String) throws -> [(path: String, label: Substring?)] {
        let data = try FileReader.readRegular(
            URL(fileURLWithPath: list), remedy: "check the path of the list", limit: 1 << 30)
        var found: [(path: String, label: Substring?)] = []
        var lacking: [String] = []
        for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let line = Substring(line.trimmingCharacters(in: .whitespaces))
            if line.isEmpty { continue }
            if let entry = entry(line, root) { found.append(entry) } else { lacking.append(String(line)) }
        }
        guard lacking.isEmpty else {
            throw DatasetError.missing(
                folder: list, expected: lacking,
                remedy: "\(lacking.count) of the list's \(lacking.count + found.count) files are not there"
                    + " (paths are relative to the list)")
        }
        guard !found.isEmpty else {
            throw DatasetError.missing(folder: list, expected: ["a path a line"], remedy: "the list is empty")
        }
        return found
    }

    /// Takes the files that a pattern names.
    package init(pattern: String, files: [String]) {
        path = pattern
        root = ""
        paths = files
        classes = []
        splits = []
    }

    /// The whole paths of all files.
    package var names: [String] { paths.map(full) }

    private func requireDistinct() throws {
        var seen: Set<String> = []
        for path in paths where !seen.insert(path).inserted {
            throw FileError.malformed(
                path: self.path, reason: "lists \(name: path) twice", expected: "each path once")
        }
    }

    private static func entry(_ line: Substring, _ root: String) -> (path: String, label: Substring?)? {
        func isFile(_ path: some StringProtocol) -> Bool {
            FileStatus.kind(of: path.hasPrefix("/") ? String(path) : root + "/" + path) == .file
        }
        if isFile(line) { return (String(line), nil) }
        for separator in ["\t", " ", ","] {
            guard let place = line.range(of: separator, options: .backwards) else { continue }
            let path = line[..<place.lowerBound].trimmingCharacters(in: .whitespaces)
            let label = line[place.upperBound...]
            if !label.isEmpty, isFile(path) { return (path, label) }
        }
        return nil
    }

    private func full(_ path: String) -> String { path.hasPrefix("/") || root.isEmpty ? path : root + "/" + path }

    /// The files, all in the source itself.
    package func entries(of folder: String) throws -> FolderEntries? {
        folder.isEmpty ? FolderEntries(entries: paths.map { .init(name: $0, type: .file) }) : nil
    }

    /// The files of a kind, in the order of the list.
    package func tree(below folder: String, kind: FileTree.Kind) throws -> FileTree {
        var leftOut = LeftOutFiles(kind: kind.name)
        let files = paths.filter { path in
            let fits = kind.isOfExtension(path) || kind.isContent(start(of: path, count: 16))
            if !fits { leftOut.add(.otherKind, path) }
            return fits
        }
        return FileTree(files: folder.isEmpty ? files : [], folders: [], leftOut: leftOut)
    }

    /// What the disk says.
    package func kind(of path: String) -> FileStatus.Kind? { FileStatus.kind(of: full(path)) }

    /// What the disk says.
    package func size(of path: String) -> Int? { (try? FileStatus.of(full(path)))?.size }

    /// Reads the file.
    package func read(_ path: String, limit: Int?) throws -> Data {
        try FileReader.readRegular(URL(fileURLWithPath: full(path)), remedy: "check the list", limit: limit)
    }

    /// Reads the file's start.
    package func start(of path: String, count: Int) -> [UInt8] { FileReader.start(of: full(path), count: count) }

    /// The whole path.
    package func name(of path: String) -> String { full(path) }
}
