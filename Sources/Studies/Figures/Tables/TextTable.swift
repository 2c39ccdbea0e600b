/// A table of texts that renders itself for a terminal, for a page and for Markdown.
///
/// Numbers are texts here: who makes the table decides on their decimals.
package struct TextTable: Sendable, Equatable {
    /// Where the texts of a column stand.
    package enum Alignment: String, Sendable, Equatable, CaseIterable {
        /// At the left; for names.
        case left
        /// In the middle.
        case center
        /// At the right; for numbers with the same decimals.
        case right
    }

    /// The head of a column.
    package struct Column: Sendable, Equatable {
        /// The text above the column.
        package var header: String
        /// Where the texts of the column stand, its header too.
        package var alignment: Alignment

        /// A column.
        package init(_ header: String, _ alignment: Alignment = .left) {
            self.header = header
            self.alignment = alignment
        }
    }

    /// What the table shows; empty for none.
    package var caption: String
    /// The columns, from left to right.
    package let columns: [Column]
    /// The rows, from top to bottom, each with one text a column.
    package private(set) var rows: [[String]]
    /// The columns of each row whose texts stand out, such as the best of several numbers: bold on a page and in Markdown,
    /// followed by `*` in a terminal.
    package private(set) var emphasized: [Set<Int>] = []

    /// A table.
    ///
    /// - Throws: ``FigureError/empty(figure:expected:)`` without columns,
    ///   ``FigureError/wrongCount(figure:item:count:expected:)`` for a row with too few or too many texts.
    package init(caption: String = "", columns: [Column], rows: [[String]] = []) throws {
        guard !columns.isEmpty else { throw FigureError.empty(figure: caption, expected: "at least one column") }
        self.caption = caption
        self.columns = columns
        self.rows = []
        for row in rows { try append(row) }
    }

    /// Adds a row at the bottom.
    ///
    /// - Parameters:
    ///   - row: A text a column.
    ///   - columns: The columns whose texts stand out.
    /// - Throws: ``FigureError/wrongCount(figure:item:count:expected:)``; the table is unchanged then.
    package mutating func append(_ row: [String], emphasized columns: Set<Int> = []) throws {
        guard row.count == self.columns.count else {
            throw FigureError.wrongCount(
                figure: caption, item: "row \(rows.count + 1)", count: row.count, expected: self.columns.count)
        }
        rows.append(row)
        emphasized.append(columns)
    }
}
