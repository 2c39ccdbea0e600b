import Files

/// Why a model cannot go from one program to another.
package enum ExchangeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A state dictionary is not the one that was expected; every problem is listed.
    case mismatchedState(source: String, expected: String, problems: [String])
    /// The file is a PyTorch checkpoint, which only Python can read.
    case pickledFile(path: String)
    /// Another program's model cannot hold this one; every reason is listed.
    case unsupportedModel(target: String, reasons: [String])

    /// What, where, what was expected, what to do.
    package var description: String {
        switch self {
        case .mismatchedState(let source, let expected, let problems):
            "\(name: source): is not \(expected):\n" + Self.list(problems)
                + "\nNothing was written. Give the whole state_dict of such a model, and nothing else."
        case .pickledFile(let path):
            "\(name: path): is a PyTorch checkpoint; turn it into a safetensors file with: "
                + "PYTHONPATH=.libtorch/site python3 Tools/pt_to_safetensors.py \(name: ShellText.quoted(path)) state.safetensors"
        case .unsupportedModel(let target, let reasons):
            "\(target) cannot hold this model:\n" + Self.list(reasons)
                + "\nOther programs can read model.safetensors and config.json as they are."
        }
    }

    private static func list(_ lines: [String]) -> String { Listing.text(lines, separator: "\n") { "  - \($0)" } }
}
