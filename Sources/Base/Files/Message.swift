/// A text for people, worded by whoever shows it.
///
/// A user of the library changes a parameter where a user of the program passes a flag. What the two call differently is a
/// ``Phrase`` in the message, and ``text(in:)`` puts words in its place; ``description`` is in the library's.
public struct Message: Sendable, Equatable, CustomStringConvertible {
    private enum Part: Sendable, Equatable {
        case text(String)
        case phrase(Phrase)
    }

    private var parts: [Part] = []

    /// A text that reads the same everywhere.
    public init(_ text: String) { append(text) }

    /// What an error says: its message where it has one, else its description.
    package init(_ error: any Error) {
        self = (error as? any WordedError)?.message ?? Message(String(describing: error))
    }

    /// The message in the library's words.
    public var description: String { text(in: .library) }

    /// The message in the words of whoever shows it.
    package func text(in wording: Wording) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .phrase(let phrase): TerminalText.name(wording.words(phrase))
            }
        }.joined()
    }

    /// Whether the text is another one in other words.
    package var isWorded: Bool {
        parts.contains { if case .phrase = $0 { true } else { false } }
    }

    /// The message on one line; see ``TerminalText/name(_:)``.
    var onOneLine: Message {
        var result = self
        result.parts = parts.map { part in
            guard case .text(let text) = part else { return part }
            return .text(TerminalText.name(text))
        }
        return result
    }

    /// The message, its texts cut as ``Listing/cut(_:)`` cuts them.
    var cut: Message {
        var result = self
        result.parts = parts.map { part in
            guard case .text(let text) = part else { return part }
            return .text(Listing.cut(text))
        }
        return result
    }

    /// Two messages in a row.
    package static func + (first: Message, second: Message) -> Message {
        var result = first
        result.append(second)
        return result
    }

    private mutating func append(_ text: String) {
        guard !text.isEmpty else { return }
        if case .text(let start)? = parts.last {
            parts[parts.count - 1] = .text(start + text)
        } else {
            parts.append(.text(text))
        }
    }

    private mutating func append(_ message: Message) {
        for part in message.parts {
            if case .text(let text) = part { append(text) } else { parts.append(part) }
        }
    }
}

extension Message: ExpressibleByStringInterpolation {
    /// Puts a message together from text, values, phrases and other messages.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var message = Message("")

        /// Starts empty.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Adds text.
        public mutating func appendLiteral(_ literal: String) { message.append(literal) }

        /// Adds a value's description.
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            message.append(value.description)
        }

        /// Adds a name or a path, escaped so that it stays on its line.
        package mutating func appendInterpolation(name: String) { message.append(TerminalText.name(name)) }

        /// Adds what the library and the program word differently.
        package mutating func appendInterpolation(phrase: Phrase) { message.parts.append(.phrase(phrase)) }

        /// Adds another message.
        package mutating func appendInterpolation(_ other: Message) { message.append(other) }

        /// Adds another message, escaped so that it stays on its line.
        package mutating func appendInterpolation(name other: Message) { message.append(other.onOneLine) }
    }

    /// A text that reads the same everywhere.
    public init(stringLiteral value: String) { self.init(value) }

    /// A message of what was interpolated.
    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.message }
}

/// In reports a message is a text.
extension Message: Codable {
    /// Where an encoder holds the ``Wording``; the library's where it holds none.
    static let wordingKey = CodingUserInfoKey(rawValue: "hrvq.wording")!

    /// Reads a text.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the text in the encoder's wording.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text(in: encoder.userInfo[Self.wordingKey] as? Wording ?? .library))
    }
}

/// An error whose text depends on who reads it. Its `description` is its message in the library's words.
package protocol WordedError: Error, CustomStringConvertible {
    /// What, where, what was expected, what to do.
    var message: Message { get }
}

extension Listing {
    /// The first messages, and how many more; see ``text(_:of:limit:separator:_:)``.
    package static func message(
        _ entries: some Collection<Message>, limit: Int = limit, separator: String = ", "
    ) -> Message {
        var result: Message = ""
        for (index, entry) in entries.prefix(limit).enumerated() {
            result = result + "\(index > 0 ? separator : "")\(name: entry.cut)"
        }
        let more = entries.count - limit
        if more > 0 { result = result + "\(separator)\(separator.hasPrefix("\n") ? "  " : "")and \(more) more" }
        return result
    }
}
