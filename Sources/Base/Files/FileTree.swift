import Foundation

/// The files of one kind below a folder: how data sets and commands alike find their files.
///
/// Symbolic links are followed, each folder is entered once. Hidden files and folders, files of other kinds, pipes,
/// sockets, devices and links that lead nowhere are left out; ``leftOut`` counts and names them. A folder that cannot be
/// listed is an error, as nobody knows what is missing then.
package struct FileTree: Sendable, Equatable {
    /// A kind of file.
    package struct Kind: Sendable {
        /// What messages call it, such as `JPEG, PNG, WebP or PPM`.
        package var name: String
        /// The extensions, in lower case, of files that are taken to be of this kind without opening them. To open a
        /// million files costs minutes on some disks, and a file that is not what its name says is found and named
        /// when it is decoded.
        package var extensions: Set<String>
        /// Whether the first 16 bytes of a file with another extension, or none, are those of this kind.
        package var isContent: @Sendable ([UInt8]) -> Bool

        /// A kind of file.
        package init(
            name: String, extensions: Set<String>, isContent: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
        ) {
            self.name = name
            self.extensions = extensions
            self.isContent = isContent
        }

        /// Whether a file's name says that it is of this kind.
        package func isOfExtension(_ name: String) -> Bool {
            guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else { return false }
            return extensions.contains(name[name.index(after: dot)...].lowercased())
        }
    }

    /// Paths relative to the folder, in the order of their bytes.
    package private(set) var files: [String] = []
    /// The names of the folders directly below the folder, in the order of their bytes.
    package private(set) var folders: [String] = []
    /// What was left out.
    package private(set) var leftOut: LeftOutFiles

    /// Lists a folder.
    ///
    /// - Throws: `FileError.unreadable` for a folder that cannot be listed.
    package init(_ folder: String, kind: Kind) throws {
        leftOut = LeftOutFiles(kind: kind.name)
        var entered: Set<FileIdentity> = []
        try enter(folder, prefix: "", kind, &entered)
    }

    /// A tree of files that are in no folder of a disk.
    ///
    /// - Parameters:
    ///   - files: Relative paths, in the order of their bytes.
    ///   - folders: Names of folders directly below the root, in the order of their bytes.
    ///   - leftOut: What was left out.
    package init(files: [String], folders: [String], leftOut: LeftOutFiles) {
        self.files = files
        self.folders = folders
        self.leftOut = leftOut
    }

    private mutating func enter(
        _ folder: String, prefix: String, _ kind: Kind, _ entered: inout Set<FileIdentity>
    ) throws {
        let content = try FolderEntries(folder)
        // A link that leads upwards would be followed for ever, and links side by side would multiply.
        if let identity = content.identity, !entered.insert(identity).inserted {
            return leftOut.add(.repeatedFolder, prefix.isEmpty ? folder : String(prefix.dropLast()))
        }
        for name in content.hidden { leftOut.add(.hidden, prefix + name) }
        for name in content.unreadableNames { leftOut.add(.notUTF8, prefix + name) }
        for entry in content.entries {
            let path = prefix + entry.name
            switch entry.type {
            case .file:
                if let reason = try Self.judge(folder + "/" + entry.name, entry.name, kind) {
                    leftOut.add(reason, path)
                } else {
                    files.append(path)
                }
            case .folder:
                if prefix.isEmpty { folders.append(entry.name) }
                try enter(folder + "/" + entry.name, prefix: path + "/", kind, &entered)
            case .other: leftOut.add(.special, path)
            case .link: leftOut.add(.brokenLink, path)
            }
        }
    }

    /// Why a file is left out, if it is.
    private static func judge(_ path: String, _ name: String, _ kind: Kind) throws -> LeftOutFiles.Reason? {
        if kind.isOfExtension(name) { return nil }
        guard let start = try firstBytes(of: path) else { return .unreadable }
        return kind.isContent(start) ? nil : .otherKind
    }

    /// The first 16 bytes of a file; `nil` where it may not be read or is gone.
    private static func firstBytes(of path: String) throws -> [UInt8]? {
        // Without waiting, should a pipe have taken the file's place.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == EACCES || errno == ENOENT || errno == EPERM { return nil }
            throw FileError.unreadable(path: path, reason: systemReason())
        }
        defer { close(descriptor) }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 16) { target, filled in
            let count = read(descriptor, target.baseAddress, target.count)
            if count < 0 { failure = errno }
            filled = max(count, 0)
        }
        guard failure == 0 else {
            throw FileError.unreadable(path: path, reason: systemReason(failure))
        }
        return bytes
    }
}
