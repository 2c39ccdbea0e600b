import Files
import Foundation

/// Keeps a second process out of a run: a lock on the folder itself, which the system gives up when the process ends,
/// however it ends.
package final class RunLock {
    private let descriptor: Int32

    /// Takes the lock of a folder that exists.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - isShared: Whether others may take it at the same time, who share it too.
    /// - Throws: ``TrainingError/runInUse(path:)``, `FileError.unwritable`.
    package init(_ folder: URL, isShared: Bool = false) throws {
        descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FileError.unwritable(path: folder.path, reason: systemReason())
        }
        // File systems without locks answer with another error; there is no protection there, and training goes on.
        if flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0, errno == EWOULDBLOCK {
            close(descriptor)
            throw TrainingError.runInUse(path: folder.path)
        }
    }

    /// Tries to have the lock alone. Where others share it, it stays shared.
    ///
    /// - Returns: Whether nobody else has it.
    package func becomeExclusive() -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return true }
        // What was tried gave the lock up on some systems.
        _ = flock(descriptor, LOCK_SH | LOCK_NB)
        return false
    }

    deinit { close(descriptor) }
}
