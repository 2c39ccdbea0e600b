import Foundation

/// What can go wrong with a file, as a sentence a person can act on.
///
/// Every case names the path; ``description`` adds what was expected and the remedy.
public enum FileError: Error, Sendable, Equatable, CustomStringConvertible, WordedError {
    /// Nothing exists at the path.
    case missing(path: String, remedy: Message)
    /// The file exists but its bytes could not be read (permissions, a directory instead of a file, …).
    case unreadable(path: String, reason: String)
    /// The file or folder could not be written; `reason` is the system's own text (such as a full disk).
    case unwritable(path: String, reason: String)
    /// The file was read, and its content is not what its format demands.
    case malformed(path: String, reason: String, expected: Message)
    /// The output exists already and was not to be replaced.
    case exists(path: String, remedy: Message)

    /// One sentence: what, where, what was expected, what to do. What names hold of control characters is escaped, so that
    /// it stays on its line.
    public var description: String { message.description }

    package var message: Message {
        switch self {
        case .missing(let path, let remedy): "\(name: path): no such file or folder; \(name: remedy)"
        case .unreadable(let path, let reason): "\(name: path): cannot be read: \(name: reason)"
        case .unwritable(let path, let reason): "\(name: path): cannot be written: \(name: reason)"
        case .malformed(let path, let reason, let expected):
            "\(name: path): \(name: reason); expected \(name: expected)"
        case .exists(let path, let remedy): "\(name: path): exists already; \(name: remedy)"
        }
    }
}

extension FileError {
    private static let untouchedText = "; nothing was left half-written"

    /// An error of what appears whole or not at all: what could not be written is as it was before.
    static func untouched(_ error: any Error) -> any Error {
        guard case .unwritable(let path, let reason) = error as? FileError, !reason.hasSuffix(untouchedText) else {
            return error
        }
        return FileError.unwritable(path: path, reason: reason + untouchedText)
    }
}
