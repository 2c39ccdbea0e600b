import Foundation

/// What lies directly in a folder, in the order of the names' bytes (folders as if their names ended in a slash, so that
/// whole paths are in the order of their bytes too).
package struct FolderEntries {
    /// An entry.
    package struct Entry {
        /// Its name.
        package var name: String
        /// What it is, links followed; a link that leads to what is not there, or may not be seen, is a link.
        package var type: FileStatus.Kind

        /// An entry.
        package init(name: String, type: FileStatus.Kind) {
            self.name = name
            self.type = type
        }
    }

    /// All entries but hidden ones.
    package private(set) var entries: [Entry] = []
    /// Names that begin with a dot.
    package private(set) var hidden: [String] = []
    /// Names that are not UTF-8, with escapes in the place of bytes that are no text. What their type is, is not known.
    package private(set) var unreadableNames: [String] = []
    /// `nil` where the file system gives none.
    package private(set) var identity: FileIdentity?

    /// Entries that are in no folder of a disk, in any order.
    package init(entries: [Entry]) {
        self.entries = entries
        sort()
    }

    /// Lists a folder.
    ///
    /// - Throws: `FileError.unreadable`.
    package init(_ folder: String) throws {
        func failure() -> FileError {
            .unreadable(
                path: folder,
                reason: "the folder cannot be listed: \(systemReason());"
                    + " change its permissions, or move it elsewhere")
        }
        guard let stream = opendir(folder) else { throw failure() }
        defer { closedir(stream) }
        var information = stat()
        // Some network disks number no folders.
        if fstat(dirfd(stream), &information) == 0, information.st_ino != 0 { identity = FileIdentity(information) }
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
                entries.append(Entry(name: name, type: Self.kind(type, of: folder + "/" + name)))
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

    private static func kind(_ type: Int32, of path: String) -> FileStatus.Kind {
        switch type {
        case Int32(DT_REG): return .file
        case Int32(DT_DIR): return .folder
        case Int32(DT_LNK), Int32(DT_UNKNOWN): return FileStatus.kind(of: path) ?? .link
        default: return .other
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
