import Foundation

/// The entries of folders.
package enum FolderContents {
    /// The names in a folder in no order, hidden ones included.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - remedy: What to do when it is missing, as the end of a sentence.
    /// - Throws: ``FileError/missing(path:remedy:)``, ``FileError/unreadable(path:reason:)``.
    package static func names(of folder: URL, remedy: Message = "check the path") throws -> [String] {
        try names(of: Array(folder.path.utf8CString), remedy: remedy).map(text)
    }

    /// The names in a folder as C strings: they need not be UTF-8, and as text some could not be found again.
    ///
    /// - Throws: As ``names(of:remedy:)-(URL,_)``.
    static func names(of folder: [CChar], remedy: Message = "check the path") throws -> [[CChar]] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { throw FileError.missing(path: text(folder), remedy: remedy) }
            throw FileError.unreadable(path: text(folder), reason: systemReason())
        }
        defer { closedir(stream) }
        var names: [[CChar]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                // The end and an error differ by this number alone.
                guard errno == 0 else { throw FileError.unreadable(path: text(folder), reason: systemReason()) }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { start in
                start.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: start.pointee)) {
                    Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
                }
            }
            if !["", ".", ".."].contains(text(name)) { names.append(name) }
        }
    }

    /// A C string as text, with replacement characters for what is not UTF-8.
    static func text(_ string: [CChar]) -> String {
        String(decoding: string.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names in a folder; none where there is no folder.
    ///
    /// - Throws: ``FileError/unreadable(path:reason:)``.
    package static func namesIfPresent(of folder: URL) throws -> [String] {
        try FileStatus.isFolder(folder) ? names(of: folder) : []
    }
}
