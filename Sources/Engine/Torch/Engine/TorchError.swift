import CTorch
import Files

/// What the engine refuses, with its own text.
public enum TorchError: Error, Sendable, Equatable, CustomStringConvertible, WordedError {
    /// LibTorch threw an exception inside `operation`.
    case engine(operation: String, text: String)
    /// A device was asked for that this machine or this LibTorch does not offer.
    case unavailableDevice(name: String, reason: String)
    /// An operator returned something else than the caller's signature says.
    case unexpectedResult(operation: String, text: String)
    /// Tensors of a file do not fit the parameters of a model; every mismatch is listed.
    case mismatchedParameters(source: String, problems: [String])
    /// The gradient of a parameter is missing where an optimiser needs it.
    case missingGradient(parameter: String)

    /// One sentence: what failed, the engine's words or the list of mismatches, and the remedy.
    public var description: String { message.description }

    package var message: Message {
        switch self {
        case .engine(let operation, let text):
            Self.tellsShortage(text)
                ? "there is not enough memory for \(operation) (LibTorch: \(text)); choose a smaller batch or smaller images"
                : "LibTorch refused \(operation): \(text)"
        case .unavailableDevice(let name, let reason):
            "device '\(name: name)' is not available: \(reason); \(phrase: .processor)"
        case .unexpectedResult(let operation, let text): "\(operation): \(text)"
        case .mismatchedParameters(let source, let problems):
            "\(name: source): the weights do not fit the model:\n"
                + "\(Listing.text(problems, separator: "\n") { "  - \($0)" })"
                + "\nUse the config.json that was written beside the weights."
        case .missingGradient(let parameter):
            "parameter '\(parameter)' has no gradient; the loss does not depend on it"
        }
    }

    /// Whether LibTorch, its allocators or oneDNN ran out of memory.
    private static func tellsShortage(_ text: String) -> Bool {
        ["bad_alloc", "allocate memory", "out of memory", "could not create a primitive"].contains {
            text.contains($0)
        }
    }

    /// The text of this thread's last engine failure as an error.
    static func last(_ operation: String) -> TorchError {
        .engine(operation: operation, text: String(cString: ct_last_error()))
    }
}

/// Turns a status of the C interface into an error.
@inline(__always)
func check(_ status: Int32, _ operation: @autoclosure () -> String) throws {
    if status != 0 { throw TorchError.last(operation()) }
}
