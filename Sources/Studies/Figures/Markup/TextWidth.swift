/// How wide characters are, so that room can be made for a text before anybody draws it.
enum TextWidth {
    /// How much wider bold text is.
    private static let boldness = 1.12

    /// An upper estimate in pixels for the common sans-serif fonts; the widths are those of DejaVu Sans, which is
    /// wider than Arial, Helvetica and Liberation Sans.
    static func pixels(_ text: String, size: Double) -> Double {
        text.reduce(0) { $0 + ems(of: $1) } * size
    }

    /// Terminal cells: 2 for East Asian wide characters and emoji, 0 for marks that stand on another character.
    static func cells(_ text: String) -> Int { text.reduce(0) { $0 + cells(of: $1) } }

    /// Breaks a text at its spaces into lines no wider than `width`; words that are wider are broken anywhere.
    ///
    /// - Parameter maximumLines: What does not fit in so many lines is cut off and ends in "…".
    static func lines(
        _ text: String, size: Double, width: Double, bold: Bool = false, maximumLines: Int = .max
    ) -> [String] {
        let size = bold ? size * boldness : size
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: \.isWhitespace) {
            let joined = line.isEmpty ? String(word) : line + " " + word
            if pixels(joined, size: size) <= width {
                line = joined
                continue
            }
            if !line.isEmpty { lines.append(line) }
            line = ""
            for character in word {
                if !line.isEmpty, pixels(line + String(character), size: size) > width {
                    lines.append(line)
                    line = ""
                }
                line.append(character)
            }
        }
        if !line.isEmpty { lines.append(line) }
        guard lines.count > max(maximumLines, 1) else { return lines }
        lines.removeSubrange(max(maximumLines, 1)...)
        lines.append(shortened(lines.removeLast() + "……", size: size, width: width))
        return lines
    }

    /// The text, cut off with "…" where it is wider than `width`.
    static func shortened(_ text: String, size: Double, width: Double) -> String {
        guard pixels(text, size: size) > width || text.hasSuffix("……") else { return text }
        var start = text
        while start.hasSuffix("…") { start.removeLast() }
        while !start.isEmpty, pixels(start + "…", size: size) > width { start.removeLast() }
        return start + "…"
    }

    private static func ems(of character: Character) -> Double {
        switch character {
        case "i", "j", "l", "'", "|", "I", ".", ",", ":", ";", "!": return 0.36
        case " ", "f", "t", "r", "(", ")", "[", "]", "-", "/": return 0.42
        case "m", "w", "M", "W", "@", "%", "…": return 1
        case "0"..."9": return 0.64
        case "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹": return 0.41
        case "⁻": return 0.53
        case "×", "−", "+", "=", "<", ">", "±", "~": return 0.84
        case "A"..."Z": return 0.74
        default: return cells(of: character) == 2 ? 1.05 : cells(of: character) == 0 ? 0 : 0.63
        }
    }

    private static func cells(of character: Character) -> Int {
        var result = 0
        for scalar in character.unicodeScalars {
            if scalar.value < 0x300 {
                result = max(result, scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? 0 : 1)
                continue
            }
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format:
                // U+FE0F asks for the picture of a character that may also be text.
                if scalar.value == 0xFE0F { result = 2 }
            default: result = max(result, isWide(scalar) ? 2 : 1)
            }
        }
        return result
    }

    /// Unicode's East Asian Width, wide and full-width, as ranges.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
            0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18CFF,
            0x1B000...0x1B2FF, 0x1F1E6...0x1F1FF, 0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }
}
