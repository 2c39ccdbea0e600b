import CFiles
import Foundation

/// Two files or folders of one file system exchange their names in one step, which some file systems cannot do.
enum PathExchange {
    /// Tests turn it off to see what happens on a file system that cannot.
    @TaskLocal static var isSupported = true

    /// Exchanges two names.
    ///
    /// - Returns: Whether it happened; where not, `errno` says why.
    static func run(_ first: URL, _ second: URL) -> Bool {
        guard isSupported else {
            errno = EINVAL
            return false
        }
        return hrvq_exchange(first.path, second.path) == 0
    }
}
