import Foundation

/// What lies directly in a folder, in the order of the names' bytes (folders as if their names ended in a slash, so that
/// whole paths are in the order of their bytes too).
package struct FolderEntries {
    /// What an entry is, links followed.
    package enum EntryType: Sendable {
        /// A regular file.
        case file
        /// A folder.
        case folder
        /// A pipe, a socket or a device.
        case special
        /// A link to what is not there, or may not be seen.
        case brokenLink
    }

    /// Which folder it is, whatever path leads to it.
    package struct Identity: Hashable {
        private var device: UInt64
        private var number: UInt64

        fileprivate init?(_ information: stat) {
            // Some network disks number no folders.
            guard information.st_ino != 0 else { return nil }
            device = UInt64(truncatingIfNeeded: information.st_dev)
            number = UInt64(truncatingIfNeeded: information.st_ino)
        }
    }

    /// An entry.
    package struct Entry {
        /// Its name.
        package var name: String
        /// What it is.
        package var type: EntryType
    }

    /// All entries but hidden ones.
    package private(set) var entries: [Entry] = []
    /// Names that begin with a dot.
    package private(set) var hidden: [String] = []
    /// Names that are not UTF-8, with escapes in the place of bytes that are no text. What their type is, is not known.
    package private(set) var unreadableNames: [String] = []
    /// `nil` where the file system gives none.
    package private(set) var identity: Identity?

    /// Lists a folder.
    ///
    /// - Throws: `FileError.unreadable`.
    package init(_ folder: String) throws {
        func failure() -> FileError {
            .unreadable(
                path: folder,
                reason: "the folder cannot be listed: \(String(cString: strerror(errno)));"
                    + " change its permissions, or move it elsewhere")
        }
        guard let stream = opendir(folder) else { throw failure() }
        defer { closedir(stream) }
        var information = stat()
        if fstat(dirfd(stream), &information) == 0 { identity = Identity(information) }
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw failure() }
                break
            }
            let type = Int32(entry.pointee.d_type)
            let (name, bytes) = withUnsafePointer(to: &entry.pointee.d_name) { start in
                start.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: start.pointee)) {
                    let name = String(validatingCString: $0)
                    return (name, name == nil ? Array(UnsafeBufferPointer(start: $0, count: strlen($0))) : [])
                }
            }
            guard let name else {
                unreadableNames.append(Self.escaped(bytes.map { UInt8(bitPattern: $0) }))
                continue
            }
            if name == "." || name == ".." { continue }
            if name.utf8.first == UInt8(ascii: ".") {
                hidden.append(name)
            } else {
                entries.append(Entry(name: name, type: Self.type(type, of: folder + "/" + name)))
            }
        }
        sort()
    }

    private mutating func sort() {
        func precedes(_ a: Entry, _ b: Entry) -> Bool {
            if a.type == .folder || b.type == .folder {
                let (a, b) = (a.type == .folder ? a.name + "/" : a.name, b.type == .folder ? b.name + "/" : b.name)
                return a.utf8.lexicographicallyPrecedes(b.utf8)
            }
            return a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
        }
        entries.sort(by: precedes)
        hidden.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        unreadableNames.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func type(_ type: Int32, of path: String) -> EntryType {
        switch type {
        case Int32(DT_REG): return .file
        case Int32(DT_DIR): return .folder
        case Int32(DT_LNK), Int32(DT_UNKNOWN): return FolderEntries.type(of: path) ?? .brokenLink
        default: return .special
        }
    }

    /// What a path leads to, links followed; `nil` where nothing is there or may be seen.
    package static func type(of path: String) -> EntryType? {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        switch information.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .special
        }
    }

    /// A name of any bytes as text: those that are not printable ASCII as `\` and three octal digits, as `ls` does.
    private static func escaped(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            guard !(0x20..<0x7F).contains(byte) else { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 8)
            return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }.joined()
    }
}
