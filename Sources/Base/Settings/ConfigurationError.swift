import Files

/// What can be wrong with a configuration, as sentences a person can act on.
public enum ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible, WordedError {
    /// A value that the model or the trainer cannot work with.
    public struct Problem: Sendable, Equatable {
        /// The dotted key.
        public let key: String
        /// The value, as text.
        public let value: String
        /// What it has to be.
        public let expected: String

        /// Names a problem.
        package init(key: String, value: String, expected: String) {
            self.key = key
            self.value = value
            self.expected = expected
        }
    }

    /// A part of a file or an override that does not fit the configuration.
    public enum Mismatch: Sendable, Equatable {
        /// No such key; `suggestion` is the nearest one there is, and `help` lists all.
        case unknownKey(key: String, suggestion: String?, help: Message)
        /// The key exists and its value is of another type.
        case wrongType(key: String, found: String, expected: String)
    }

    /// The text is not YAML or not JSON.
    case unparsable(source: Message, reason: String)
    /// Unknown keys and values of the wrong type: all that the source holds.
    case mismatched(source: Message, [Mismatch])
    /// Values out of range, or that contradict each other: all there are.
    case invalid([Problem])
    /// No preset has the name; `suggestion` is the nearest one.
    case unknownPreset(name: String, suggestion: String?, known: [String])
    /// The caller asks for one preset and the file for another.
    case conflictingPresets(argument: String, file: String)
    /// An override that is not of the form `key=value`.
    case malformedOverride(text: String)
    /// The configuration was stored by a later version of this library.
    case newerFormat(source: Message, found: Int, supported: Int)
    /// The configuration is that of another kind of model.
    case otherFormat(source: Message, found: String, expected: String)

    /// What, where, what was expected, what to do; one line a problem.
    public var description: String { message.description }

    package var message: Message {
        switch self {
        case .unparsable(let source, let reason): "\(name: source): cannot be read: \(name: Listing.cut(reason))"
        case .mismatched(let source, let mismatches):
            Listing.message(mismatches.map { "\(name: source): \($0.message)" }, separator: "\n")
        case .invalid(let problems):
            "the configuration cannot be used:\n\(Listing.text(problems, separator: "\n") { "  \($0)" })"
        case .unknownPreset(let name, let suggestion, let known):
            "there is no preset '\(name: name)'\(suggestion.map { "; did you mean '\($0)'?" } ?? "")"
                + " (the presets are \(known.joined(separator: ", ")))"
        case .conflictingPresets(let argument, let file):
            "the preset '\(name: argument)' was asked for, and the file says 'preset: \(name: file)'; remove one of the two"
        case .malformedOverride(let text):
            "'\(name: text)' sets nothing; expected key=value, such as optimizer.learningRate=0.001"
                + (text.contains("=") ? ", or key=null for no value" : "")
        case .newerFormat(let source, let found, let supported):
            "\(name: source): has formatVersion \(found), and this version of hrvq reads up to \(supported); update hrvq"
        case .otherFormat(let source, let found, let expected):
            "\(name: source): is a configuration of the format '\(name: found)'; expected one of the format '\(expected)'"
        }
    }
}

extension ConfigurationError.Problem: CustomStringConvertible {
    /// `key is value; expected …`.
    public var description: String { "\(name: key) is \(name: value); expected \(expected)" }
}

extension ConfigurationError.Mismatch: CustomStringConvertible {
    /// The key, what is wrong with it, and the nearest right one.
    public var description: String { message.description }

    var message: Message {
        switch self {
        case .unknownKey(let key, .some(let suggestion), _):
            "unknown key '\(name: key)'; did you mean '\(suggestion)'?"
        case .unknownKey(let key, nil, let help): "unknown key '\(name: key)'; see `\(help)` for all keys"
        case .wrongType(let key, let found, let expected): "\(name: key) is \(name: found); expected \(expected)"
        }
    }
}
