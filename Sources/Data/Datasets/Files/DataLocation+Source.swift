import Archives
import Files
import Foundation
import Images

extension DataLocation {
    /// The files at the location.
    ///
    /// - Throws: ``DatasetError`` for what is not there, or is of no use; `FileError` for what cannot be read.
    package func source() throws -> any FileSource {
        switch form {
        case .path(let path): return try Self.source(at: path)
        case .pattern(let pattern):
            let files = try Self.files(of: pattern)
            return try Self.archives(files, path: pattern) ?? ListedFiles(pattern: pattern, files: files)
        case .list(let path):
            if FileStatus.kind(of: path) == .folder { return try ListedFiles(lists: path) }
            let list = try ListedFiles(list: path)
            return try Self.archives(list.paths.map(list.name), path: "@" + path) ?? list
        }
    }

    private static func source(at path: String) throws -> any FileSource {
        // A folder that may not be looked at is an error of its own, and not a missing one.
        switch try FileStatus.of(path)?.kind {
        case .folder:
            let folder = FolderFiles(path)
            guard let files = try archivesAlone(in: path), let archives = try archives(files, path: path) else {
                return folder
            }
            return OverlaidFiles(archives, over: folder)
        case .file:
            if let archive = try archives([path], path: path) { return archive }
            throw unusable(path)
        case nil:
            throw DatasetError.missing(
                folder: path,
                expected: ["a folder, an archive, a pattern such as 'shards/*.tar', or a list such as @train.txt"],
                remedy: "nothing is there; check the path")
        case .link, .other:
            throw FileError.unreadable(
                path: path, reason: "is a pipe, a socket or a device; expected a folder or an archive")
        }
    }

    private static func unusable(_ path: String) -> DatasetError {
        let start = FileReader.start(of: path, count: 16)
        if start.starts(with: Array("PAR1".utf8)) {
            return .missing(
                folder: path, expected: ["a folder or an archive of pictures"],
                remedy: "this is a Parquet file, which is not read yet; write its images to files or WebDataset shards")
        }
        return .missing(
            folder: path, expected: ["a folder, or a tar or zip file"],
            remedy: ImageFormat(magic: start) != nil
                ? "this is one picture; give the folder that it lies in"
                : "this is another kind of file; give the folder that it lies in, or, if it is a list of files,"
                    + " write @ before its name")
    }

    /// The archives directly in a folder that holds no folders or pictures beside them; `nil` for other folders.
    private static func archivesAlone(in folder: String) throws -> [String]? {
        let entries = try FolderEntries(folder).entries
        let archives = entries.filter { $0.type == .file && isArchiveName($0.name) }.map { folder + "/" + $0.name }
        let others = entries.contains {
            $0.type == .folder && !["devkit", "ILSVRC2012_devkit_t12", "caffe_ilsvrc12"].contains($0.name)
                || $0.type == .file && FileTree.Kind.images.isOfExtension($0.name)
        }
        return archives.isEmpty || others ? nil : archives.filter { !$0.contains("devkit") }
    }

    static func isArchiveName(_ name: String) -> Bool {
        let name = name.lowercased()
        return [".tar", ".zip", ".tar.gz", ".tgz", ".tar.zst", ".tar.bz2", ".tar.xz"].contains(where: name.hasSuffix)
    }

    /// The files of archives; `nil` where a file is no archive.
    private static func archives(_ files: [String], path: String) throws -> (any FileSource)? {
        for file in files where !ArchiveReader.isArchive(FileReader.start(of: file, count: ArchiveReader.magicBytes)) {
            return nil
        }
        guard !files.isEmpty else { return nil }
        let source = try ArchiveFiles(path, files.map { try ArchiveFile($0) })
        guard files.count == 1 else { return source }
        return try withoutOuterFolder(source)
    }

    /// An archive of one folder is that folder, unless its name means something.
    private static func withoutOuterFolder(_ source: any FileSource) throws -> any FileSource {
        let entries = try source.entries(of: "")?.entries ?? []
        guard entries.count == 1, entries[0].type == .folder, SplitName.split(ofShard: entries[0].name) == nil,
            let inner = try source.entries(of: entries[0].name)?.entries, inner.contains(where: { $0.type == .folder })
        else { return source }
        return SubfolderFiles(source, entries[0].name)
    }
}
