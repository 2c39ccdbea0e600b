extension TextTable {
    /// The table for a terminal: columns two spaces apart, a rule below the headers, each line ended.
    ///
    /// Widths are those of terminal cells: two for East Asian wide characters and emoji, none for combining marks.
    public var text: String {
        let cells = ([columns.map(\.header)] + rows).map { $0.map(Self.oneLine) }
        let widths = columns.indices.map { column in
            cells.reduce(0) { max($0, TextWidth.cells($1[column])) }
        }
        var lines = cells.map { row in
            row.indices.map { padded(row[$0], to: widths[$0], columns[$0].alignment) }.joined(separator: "  ")
        }
        lines.insert(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "), at: 1)
        if !caption.isEmpty { lines.insert(Self.oneLine(caption), at: 0) }
        return lines.map { Self.withoutTrailingSpaces($0) + "\n" }.joined()
    }

    /// The table as a `table` element with its caption, well-formed as XML too.
    public var html: String {
        func cell(_ name: String, _ text: String, _ alignment: Alignment) -> String {
            let style = alignment == .left ? "" : " style=\"text-align: \(alignment.rawValue)\""
            return "<\(name)\(style)>\(XMLText.escaped(text))</\(name.prefix(2))>"
        }
        var result = "<table>\n"
        if !caption.isEmpty { result += "<caption>\(XMLText.escaped(caption))</caption>\n" }
        result += "<thead>\n<tr>"
        result += columns.map { cell("th scope=\"col\"", $0.header, $0.alignment) }.joined()
        result += "</tr>\n</thead>\n"
        if !rows.isEmpty {
            let lines = rows.map { row in
                "<tr>" + zip(row, columns).map { cell("td", $0, $1.alignment) }.joined() + "</tr>\n"
            }
            result += "<tbody>\n" + lines.joined() + "</tbody>\n"
        }
        return result + "</table>"
    }

    /// The table in GitHub's Markdown, with the caption as a bold paragraph before it.
    public var markdown: String {
        func line(_ texts: [String]) -> String { "| " + texts.joined(separator: " | ") + " |\n" }
        let rules = columns.map { column in
            switch column.alignment {
            case .left: "---"
            case .center: ":---:"
            case .right: "---:"
            }
        }
        return (caption.isEmpty ? "" : "**\(Self.markdownText(caption))**\n\n")
            + line(columns.map { Self.markdownText($0.header) }) + line(rules)
            + rows.map { line($0.map(Self.markdownText)) }.joined()
    }

    private func padded(_ text: String, to width: Int, _ alignment: Alignment) -> String {
        let missing = max(width - TextWidth.cells(text), 0)
        let before =
            switch alignment {
            case .left: 0
            case .center: missing / 2
            case .right: missing
            }
        return String(repeating: " ", count: before) + text + String(repeating: " ", count: missing - before)
    }

    /// The text without line breaks and control characters, which would tear rows apart.
    private static func oneLine(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.split(whereSeparator: \.isNewline).joined(separator: " ").unicodeScalars.map { scalar in
                    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? " " : scalar
                }))
    }

    private static func withoutTrailingSpaces(_ line: String) -> String {
        var line = line
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }

    /// The text with everything escaped that Markdown gives a meaning inside of a cell.
    private static func markdownText(_ text: String) -> String {
        var result = ""
        for character in oneLine(text) {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case "\\", "|", "`", "*", "_", "[", "]", "~": result += "\\\(character)"
            default: result.append(character)
            }
        }
        return result
    }
}
