extension TextTable {
    /// The table for a terminal: columns two spaces apart, a rule below the headers, each line ended.
    ///
    /// Widths are those of terminal cells: two for East Asian wide characters and emoji, none for combining marks.
    package var text: String {
        let lines = lines(of: Array(columns.indices), widest: nil)
        return (caption.isEmpty ? "" : Self.oneLine(caption) + "\n") + lines
    }

    /// The table for a terminal of so many cells: where all columns do not fit beside each other, the first ones are
    /// repeated in blocks below each other, and texts that are wider than a block go on in the next line.
    ///
    /// - Parameters:
    ///   - width: Cells of a line, at least 40.
    ///   - names: How many columns name a row, and are repeated.
    package func text(width: Int, names: Int = 1) -> String {
        let width = max(width, 40)
        let names = min(max(names, 1), columns.count)
        let cells = terminalCells
        var widths = columns.indices.map { column in cells.reduce(0) { max($0, TextWidth.cells($1[column])) } }
        // Names of rows take no more than half of a line.
        for column in 0..<names { widths[column] = min(widths[column], width / 2 / names) }
        let first = widths[..<names].reduce(2 * (names - 1), +)
        for column in names..<columns.count { widths[column] = min(widths[column], width - first - 2) }
        var blocks: [[Int]] = [[]]
        var used = first
        for column in names..<columns.count {
            if used + 2 + widths[column] > width, !blocks[blocks.count - 1].isEmpty {
                blocks.append([])
                used = first
            }
            blocks[blocks.count - 1].append(column)
            used += 2 + widths[column]
        }
        let title = caption.isEmpty ? [] : Self.wrapped(Self.oneLine(caption), to: width).map { $0 + "\n" }
        return title.joined()
            + blocks.map { lines(of: Array(0..<names) + $0, widest: widths) }.joined(separator: "\n")
    }

    /// The texts of header and rows as a terminal shows them. Beside texts that stand out, others leave room for the mark.
    private var terminalCells: [[String]] {
        let marked = emphasized.reduce(into: Set<Int>()) { $0.formUnion($1) }
        let headers = columns.indices.map {
            Self.oneLine(columns[$0].header) + (marked.contains($0) && columns[$0].alignment == .right ? " " : "")
        }
        return [headers]
            + rows.indices.map { row in
                columns.indices.map { column in
                    let mark = emphasized[row].contains(column) ? "*" : " "
                    return Self.oneLine(rows[row][column]) + (marked.contains(column) ? mark : "")
                }
            }
    }

    /// Some columns, a line a row or several where a text is wrapped.
    private func lines(of chosen: [Int], widest: [Int]?) -> String {
        let cells = terminalCells.map { row in
            chosen.map { column -> [String] in
                guard let widest else { return [row[column]] }
                return Self.wrapped(row[column], to: max(widest[column], 1))
            }
        }
        let widths = chosen.indices.map { place in
            cells.reduce(0) { $1[place].reduce($0) { max($0, TextWidth.cells($1)) } }
        }
        var lines: [String] = []
        for (number, row) in cells.enumerated() {
            for line in 0..<(row.map(\.count).max() ?? 1) {
                lines.append(
                    chosen.indices.map { place in
                        padded(
                            line < row[place].count ? row[place][line] : "", to: widths[place],
                            columns[chosen[place]].alignment)
                    }.joined(separator: "  "))
            }
            if number == 0 {
                lines.append(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "))
            }
        }
        return lines.map { Self.withoutTrailingSpaces($0) + "\n" }.joined()
    }

    /// A text in lines of so many cells, broken at spaces where there are some.
    private static func wrapped(_ text: String, to width: Int) -> [String] {
        guard TextWidth.cells(text) > width else { return [text] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, TextWidth.cells(line) + 1 + TextWidth.cells(String(word)) > width {
                lines.append(line)
                line = ""
            } else if !line.isEmpty {
                line += " "
            }
            for character in word {
                if TextWidth.cells(line + String(character)) > width, !line.isEmpty {
                    lines.append(line)
                    line = ""
                }
                line.append(character)
            }
        }
        return lines + [line]
    }

    /// The table as a `table` element with its caption, well-formed as XML too.
    package var html: String {
        // On a narrow screen a wide table's rows become blocks, in which each text is beside its column's header.
        let isWide = columns.count > 3
        func cell(_ name: String, _ text: String, _ column: Int, strong: Bool = false) -> String {
            let alignment = columns[column].alignment
            let style = alignment == .left ? "" : " style=\"text-align: \(alignment.rawValue)\""
            let label =
                isWide && name == "td" && column > 0 ? " data-label=\"\(XMLText.escaped(columns[column].header))\"" : ""
            let content = XMLText.escaped(text)
            return "<\(name)\(label)\(style)>\(strong ? "<strong>\(content)</strong>" : content)</\(name.prefix(2))>"
        }
        var result = isWide ? "<table class=\"wide\">\n" : "<table>\n"
        if !caption.isEmpty { result += "<caption>\(XMLText.escaped(caption))</caption>\n" }
        result += "<thead>\n<tr>"
        result += columns.indices.map { cell("th scope=\"col\"", columns[$0].header, $0) }.joined()
        result += "</tr>\n</thead>\n"
        if !rows.isEmpty {
            let lines = rows.indices.map { row in
                let texts = columns.indices.map {
                    cell("td", rows[row][$0], $0, strong: emphasized[row].contains($0))
                }
                return "<tr>" + texts.joined() + "</tr>\n"
            }
            result += "<tbody>\n" + lines.joined() + "</tbody>\n"
        }
        return result + "</table>"
    }

    /// The table in GitHub's Markdown, with the caption as a bold paragraph before it.
    package var markdown: String {
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
            + rows.indices.map { row in
                line(
                    rows[row].enumerated().map { column, text in
                        let mark = emphasized[row].contains(column) ? "**" : ""
                        return mark + Self.markdownText(text) + mark
                    })
            }.joined()
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
