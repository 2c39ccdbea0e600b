/// The names of groups below the plot: in lines where they fit, turned where they do not.
struct GroupNames {
    private let lines: [[String]]
    private let isTurned: Bool
    private let slot: Double

    private static let size = Ink.tickSize
    private static let longest = 150.0
    private static let mostLines = 3
    // Of the turn by 40 degrees.
    private static let cosine = 0.766
    private static let sine = 0.643

    init(_ names: [String], slot: Double) {
        self.slot = slot
        let widestWord = names.flatMap { $0.split(whereSeparator: \.isWhitespace) }
            .reduce(0) { max($0, TextWidth.pixels(String($1), size: Self.size)) }
        let wrapped = names.map { TextWidth.lines($0, size: Self.size, width: slot - 6) }
        isTurned = widestWord > slot - 6 || wrapped.contains { $0.count > Self.mostLines }
        guard isTurned else {
            lines = wrapped
            return
        }
        let mostLines = slot * Self.sine >= 2 * Self.size * Ink.leading ? 2 : 1
        // A turned name reaches to the left, and those of the first groups must not leave the figure.
        lines = names.enumerated().map { group, name in
            let reach = 60 + (Double(group) + 0.5) * slot
            return TextWidth.lines(
                name, size: Self.size, width: min(Self.longest, reach / Self.cosine), maximumLines: mostLines)
        }
    }

    /// The height that the names need.
    var height: Double {
        let most = Double(lines.reduce(1) { max($0, $1.count) })
        guard isTurned else { return most * Self.size * Ink.leading + 10 }
        let widest = lines.joined().reduce(0) { max($0, TextWidth.pixels($1, size: Self.size)) }
        return widest * Self.sine + most * Self.size * Ink.leading * Self.cosine + 8
    }

    func draw(in plot: Rectangle, on canvas: inout SVGCanvas) {
        for (group, lines) in lines.enumerated() {
            let x = plot.x + (Double(group) + 0.5) * slot
            for (number, line) in lines.enumerated() {
                let lead = Double(number) * Self.size * Ink.leading
                if isTurned {
                    canvas.text(
                        line, x: x + 4 + lead * Self.sine, y: plot.bottom + Self.size + 5 + lead * Self.cosine,
                        size: Self.size, anchor: .end, turn: -40)
                } else {
                    canvas.text(line, x: x, y: plot.bottom + Self.size + 5 + lead, size: Self.size, anchor: .middle)
                }
            }
        }
    }
}
