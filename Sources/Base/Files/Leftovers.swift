import Foundation
import Synchronization

/// Temporary files and folders: their names, and the removal of those that a process left which is no more.
///
/// A temporary name does not grow with its target's, so that a name as long as the system allows can be written. Whoever
/// writes one holds a lock on it, which the system gives up when the process ends, however it ends: what nobody has
/// locked is a leftover.
package enum Leftovers {
    /// What has a temporary name, and how the name ends.
    enum Kind: String, CaseIterable {
        /// A new file or folder that is not complete.
        case unfinished = ".tmp"
        /// A folder that holds what stood beside it, under its own name, while something else takes its place.
        case shelter = ".old"
    }

    private static let prefix = ".hrvq-"
    private static let digits = 16

    /// A name that nothing has yet.
    static func newName(_ kind: Kind = .unfinished) -> String {
        let number = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        return prefix + String(repeating: "0", count: digits - number.count) + number + kind.rawValue
    }

    /// Whether a name is one of ``newName(_:)``.
    package static func isTemporary(_ name: String) -> Bool { kind(of: name) != nil }

    /// The kind of a name of ``newName(_:)``; `nil` for any other name.
    private static func kind(of name: String) -> Kind? {
        guard name.hasPrefix(prefix), let kind = Kind.allCases.first(where: { name.hasSuffix($0.rawValue) }) else {
            return nil
        }
        let middle = name.dropFirst(prefix.count).dropLast(kind.rawValue.count)
        let isNumber =
            middle.utf8.count == digits
            && middle.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return isNumber ? kind : nil
    }

    /// The target of a temporary name as earlier versions made them, `.TARGET.UUID.tmp`; with `.old` behind it was the
    /// target itself, moved away for a moment.
    static func earlierForm(_ name: String) -> (target: String, isOld: Bool)? {
        guard let match = name.wholeMatch(of: #/\.(.+)\.[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\.tmp(\.old)?/#)
        else { return nil }
        return (String(match.1), match.3 != nil)
    }

    /// Takes the lock of a temporary file or folder that was just made.
    ///
    /// - Returns: Whether it is there still; `false` where another process removed it as a leftover meanwhile.
    static func claim(_ descriptor: Int32) -> Bool {
        // File systems without locks answer with another error. Nothing is removed there, either.
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return false }
        var information = stat()
        return fstat(descriptor, &information) == 0 && information.st_nlink > 0
    }

    private static let swept = Mutex<Set<String>>([])

    /// Removes the leftovers of earlier processes in a folder, once in the life of this process.
    static func sweep(_ folder: URL) {
        // A temporary folder is new, and holds nothing else.
        guard !isTemporary(folder.lastPathComponent) else { return }
        let path = folder.path
        guard swept.withLock({ $0.insert(path).inserted }) else { return }
        remove(in: folder)
    }

    /// Removes the leftovers in a folder. What cannot be removed stays: the next run tries again.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - isOwned: Whether the caller knows that the program alone writes here. Temporary files of earlier versions have
    ///     no lock, and other programs use such names too; without this knowledge they stay.
    package static func remove(in folder: URL, isOwned: Bool = false) {
        guard let names = try? FolderContents.names(of: folder) else { return }
        for name in names where name.hasPrefix(".") {
            let url = folder.appendingPathComponent(name)
            if let kind = kind(of: name) {
                removeUnlocked(url, kind)
            } else if isOwned, let (target, isOld) = earlierForm(name) {
                if !isOld || !moveBack(url, to: folder.appendingPathComponent(target)) { try? removeTree(url.path) }
            }
        }
    }

    /// Moves what was to be replaced back where its replacement did not arrive: it is the only copy then.
    ///
    /// - Returns: `false` where the replacement is there.
    private static func moveBack(_ old: URL, to place: URL) -> Bool {
        do {
            guard try FileStatus.of(place.path, followsLinks: false) == nil else { return false }
        } catch {
            // Nobody knows: both stay.
            return true
        }
        rename(old.path, place.path)
        return true
    }

    private static func removeUnlocked(_ url: URL, _ kind: Kind) {
        let descriptor = open(url.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return }
        guard kind == .shelter else {
            try? removeTree(url.path)
            return
        }
        for name in (try? FolderContents.names(of: url)) ?? [] {
            let place = url.deletingLastPathComponent().appendingPathComponent(name)
            let old = url.appendingPathComponent(name)
            if !moveBack(old, to: place) { try? removeTree(old.path) }
        }
        // It stays where something in it does.
        rmdir(url.path)
    }

    /// Removes a file, a link, or a folder with all that is in it.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)`` at the first entry that stays.
    static func removeTree(_ path: String) throws { try removeTree(Array(path.utf8CString)) }

    private static func removeTree(_ path: [CChar]) throws {
        func failure(_ number: Int32) -> FileError {
            .unwritable(path: FolderContents.text(path), reason: systemReason(number))
        }
        if unlink(path) == 0 { return }
        let number = errno
        var information = stat()
        guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
            throw failure(number)
        }
        let start = path.dropLast() + [CChar(UInt8(ascii: "/"))]
        for name in try FolderContents.names(of: path) { try removeTree(start + name) }
        guard rmdir(path) == 0 else { throw failure(errno) }
    }
}
