/// Text as a terminal may show it.
///
/// Names of files, classes and runs can hold escape sequences that move the cursor, line breaks that pretend to be lines
/// of the program, and marks that turn the direction of writing. They are shown as escapes, as `ls` does.
package enum TerminalText {
    /// A text of several lines: everything that a terminal would obey is escaped, except for line breaks and tabs.
    package static func visible(_ text: String) -> String { escaped(text, keepsLines: true) }

    /// A name, which has no lines: line breaks and tabs are escaped too.
    package static func name(_ name: String) -> String { escaped(name, keepsLines: false) }

    /// Names in a row, each escaped; see ``name(_:)``.
    package static func names(_ names: [String]) -> String { names.map(name).joined(separator: ", ") }

    private static func escaped(_ text: String, keepsLines: Bool) -> String {
        func isPlain(_ scalar: Unicode.Scalar) -> Bool {
            !isControl(scalar) || keepsLines && (scalar == "\n" || scalar == "\t")
        }
        guard !text.unicodeScalars.allSatisfy(isPlain) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isPlain(scalar) {
                result.unicodeScalars.append(scalar)
                continue
            }
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x80:
                result += "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: result += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        return result
    }

    /// Whether a terminal obeys a character instead of showing it, or shows what follows it elsewhere.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        // C0 and C1 codes; separators of lines and paragraphs; directional and invisible marks.
        case .control, .lineSeparator, .paragraphSeparator: true
        // The joiners belong to the writing of several languages and of emoji.
        case .format: scalar.value != 0x200C && scalar.value != 0x200D && !(0xE0020...0xE007F).contains(scalar.value)
        default: false
        }
    }
}

extension DefaultStringInterpolation {
    /// Puts a name or a path into a message for people, escaped so that it stays on its line; see
    /// ``TerminalText/name(_:)``.
    package mutating func appendInterpolation(name: String) { appendLiteral(TerminalText.name(name)) }
}
