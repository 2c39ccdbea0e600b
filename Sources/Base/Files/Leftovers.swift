import Foundation
import Synchronization

/// Temporary files and folders: their names, and the removal of those that a process left which is no more.
///
/// A temporary name does not grow with its target's, so that a name as long as the system allows can be written. Whoever
/// writes one holds a lock on it, which the system gives up when the process ends, however it ends: what nobody has
/// locked is a leftover.
package enum Leftovers {
    private static let prefix = ".hrvq-"
    private static let suffix = ".tmp"
    private static let digits = 16

    /// A name that nothing has yet.
    static func newName() -> String {
        let number = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        return prefix + String(repeating: "0", count: digits - number.count) + number + suffix
    }

    /// Whether a name is one of ``newName()``.
    package static func isTemporary(_ name: String) -> Bool {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
        let middle = name.dropFirst(prefix.count).dropLast(suffix.count)
        return middle.utf8.count == digits
            && middle.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
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
    ///   - isOwned: Whether the caller knows that no other process writes here. Temporary files of earlier versions have
    ///     no lock; without this knowledge they are removed when they are a day old.
    package static func remove(in folder: URL, isOwned: Bool = false) {
        guard let names = try? FolderContents.names(of: folder) else { return }
        for name in names where name.hasPrefix(".") {
            let url = folder.appendingPathComponent(name)
            if isTemporary(name) {
                removeUnlocked(url)
            } else if let (target, isOld) = earlierForm(name), isOwned || isOlderThanADay(url) {
                let place = folder.appendingPathComponent(target)
                // It is the only copy, if what was to replace it did not arrive.
                if isOld, (try? FileStatus.of(place.path, followsLinks: false)) == .some(nil) {
                    rename(url.path, place.path)
                } else {
                    try? removeTree(url.path)
                }
            }
        }
    }

    private static func removeUnlocked(_ url: URL) {
        let descriptor = open(url.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return }
        try? removeTree(url.path)
    }

    private static func isOlderThanADay(_ url: URL) -> Bool {
        var information = stat()
        guard lstat(url.path, &information) == 0 else { return false }
        #if os(Linux)
            let modified = information.st_mtim.tv_sec
        #else
            let modified = information.st_mtimespec.tv_sec
        #endif
        return time(nil) - modified > 24 * 60 * 60
    }

    /// Removes a file, a link, or a folder with all that is in it.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)`` at the first entry that stays.
    static func removeTree(_ path: String) throws {
        if unlink(path) == 0 { return }
        let number = errno
        var information = stat()
        guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
            throw FileError.unwritable(path: path, reason: systemReason(number))
        }
        for name in try FolderContents.names(of: URL(fileURLWithPath: path)) { try removeTree(path + "/" + name) }
        guard rmdir(path) == 0 else { throw FileError.unwritable(path: path, reason: systemReason()) }
    }
}
