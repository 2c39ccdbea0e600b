/// Where a chart says which series is which. It never lies over the data.
package enum LegendPlacement: Sendable, Equatable, CaseIterable {
    /// To the right of the plot where the names are short, below it otherwise.
    case automatic
    /// To the right of the plot.
    case right
    /// Below the plot, in columns.
    case below
    /// None; for a single series that the title names.
    case hidden
}

/// The names of series laid out with their samples.
struct Legend {
    struct Entry {
        /// The upper left corner, from that of the legend.
        let x: Double
        let y: Double
        let lines: [String]
    }

    let entries: [Entry]
    let isRight: Bool
    let width: Double
    let height: Double

    static let size = Ink.tickSize
    private static let lineHeight = size * Ink.leading
    private static let widestRight = 150.0
    private static let gap = 20.0

    /// Lays names out.
    ///
    /// - Parameters:
    ///   - sample: The width of the sample before each name.
    ///   - available: The width of the figure without its margins.
    ///   - height: The height of the plot, about.
    init(_ names: [String], sample: Double, placement: LegendPlacement, available: Double, height: Double) {
        let indent = sample + 7
        let widest = names.reduce(0) { max($0, TextWidth.pixels($1, size: Self.size)) }
        let fitsRight = widest <= 120 && Double(names.count) * (Self.lineHeight + 5) <= height * 0.9
        isRight = placement == .right || (placement == .automatic && fitsRight)
        guard placement != .hidden else {
            (entries, width, self.height) = ([], 0, 0)
            return
        }
        let widestName = isRight ? Self.widestRight : available - indent
        let lines = names.map { TextWidth.lines($0, size: Self.size, width: widestName, maximumLines: 4) }
        let widths = lines.map { lines in
            indent + lines.reduce(0) { max($0, TextWidth.pixels($1, size: Self.size)) }
        }
        let rows = isRight ? lines.indices.map { [$0] } : Self.rows(widths, available: available)
        let columns = rows.isEmpty ? [] : Self.columns(rows, widths: widths)
        let isGrid = Self.length(columns) <= available
        var entries: [Entry] = []
        var (top, right) = (0.0, 0.0)
        for row in rows {
            var left = 0.0
            for (column, index) in row.enumerated() {
                entries.append(Entry(x: left, y: top, lines: lines[index]))
                left += (isGrid ? columns[column] : widths[index]) + Self.gap
            }
            right = max(right, left - Self.gap)
            top += Double(row.reduce(1) { max($0, lines[$1].count) }) * Self.lineHeight + 5
        }
        self.entries = entries
        width = right
        self.height = max(top - 5, 0)
    }

    /// As many columns as fit; where not even two do, rows filled one after the other.
    private static func rows(_ widths: [Double], available: Double) -> [[Int]] {
        for count in stride(from: widths.count, to: 1, by: -1) {
            let rows = stride(from: 0, to: widths.count, by: count).map {
                Array($0..<min($0 + count, widths.count))
            }
            if length(columns(rows, widths: widths)) <= available { return rows }
        }
        var rows: [[Int]] = []
        for index in widths.indices {
            if let last = rows.last, length(last.map { widths[$0] } + [widths[index]]) <= available {
                rows[rows.count - 1].append(index)
            } else {
                rows.append([index])
            }
        }
        return rows
    }

    private static func columns(_ rows: [[Int]], widths: [Double]) -> [Double] {
        (0..<(rows.map(\.count).max() ?? 0)).map { column in
            rows.reduce(0) { column < $1.count ? max($0, widths[$1[column]]) : $0 }
        }
    }

    private static func length(_ widths: [Double]) -> Double {
        widths.reduce(0, +) + gap * Double(max(widths.count - 1, 0))
    }

    /// Draws the names, and calls `sample` with the place of each sample's left end and middle.
    func draw(
        x: Double, y: Double, indent: Double, on canvas: inout SVGCanvas,
        sample: (inout SVGCanvas, Int, Double, Double) -> Void
    ) {
        for (index, entry) in entries.enumerated() {
            sample(&canvas, index, x + entry.x, y + entry.y + Self.lineHeight / 2)
            for (number, line) in entry.lines.enumerated() {
                let base = y + entry.y + Self.lineHeight * (Double(number) + 0.5) + Self.size * 0.36
                canvas.text(line, x: x + entry.x + indent + 7, y: base, size: Self.size)
            }
        }
    }
}
