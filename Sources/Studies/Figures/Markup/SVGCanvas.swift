/// A rectangle in the pixels of a figure, y downwards.
struct Rectangle: Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    var right: Double { x + width }
    var bottom: Double { y + height }
}

/// Collects SVG elements and wraps them up as a document.
///
/// No element has an `id`: several figures stand in one HTML page, where identifiers would collide.
struct SVGCanvas {
    enum Anchor: String { case start, middle, end }

    private(set) var body = ""

    /// Adds an element without content.
    mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        body += "<" + name + Self.text(of: attributes) + "/>\n"
    }

    /// Adds an element around those that `content` adds.
    mutating func group(
        _ name: String, _ attributes: KeyValuePairs<String, String>, _ content: (inout SVGCanvas) -> Void
    ) {
        body += "<" + name + Self.text(of: attributes) + ">\n"
        content(&self)
        body += "</" + name + ">\n"
    }

    mutating func path(_ data: String, stroke: String, width: Double, dash: String? = nil) {
        guard !data.isEmpty else { return }
        let dashes = dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
        body +=
            "<path d=\"\(data)\" fill=\"none\" stroke=\"\(stroke)\" stroke-width=\"\(Self.number(width))\"\(dashes)/>\n"
    }

    mutating func rectangle(_ area: Rectangle, fill: String, stroke: String = "none") {
        add(
            "rect",
            [
                "x": Self.number(area.x), "y": Self.number(area.y), "width": Self.number(area.width),
                "height": Self.number(area.height), "fill": fill, "stroke": stroke,
            ])
    }

    /// Adds one line of text; `y` is the base line, `turn` degrees clockwise around (x, y).
    mutating func text(
        _ text: String, x: Double, y: Double, size: Double, anchor: Anchor = .start, bold: Bool = false,
        turn: Double = 0, fill: String = Ink.text
    ) {
        let weight = bold ? " font-weight=\"bold\"" : ""
        let rotation =
            turn == 0
            ? "" : " transform=\"rotate(\(Self.number(turn)) \(Self.number(x)) \(Self.number(y)))\""
        body +=
            "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\""
            + " text-anchor=\"\(anchor.rawValue)\" fill=\"\(fill)\"\(weight)\(rotation)>\(XMLText.escaped(text))</text>\n"
    }

    /// The document.
    ///
    /// - Parameters:
    ///   - title: What a screen reader says first.
    ///   - description: What is in the figure, for those who cannot see it.
    func document(width: Double, height: Double, title: String, description: String) -> String {
        let width = Self.number(width.rounded(.up))
        let height = Self.number(height.rounded(.up))
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\""
            + " height=\"\(height)\" font-family=\"sans-serif\" role=\"img\">\n"
            + "<title>\(XMLText.escaped(title))</title>\n<desc>\(XMLText.escaped(description))</desc>\n"
            + "<rect width=\"\(width)\" height=\"\(height)\" fill=\"#ffffff\"/>\n" + body + "</svg>"
    }

    /// A coordinate in hundredths of a pixel, as short as can be; far-away ones are drawn in a million pixels.
    static func number(_ value: Double) -> String {
        guard !value.isNaN else { return "0" }
        let hundredths = Int((min(max(value, -1e6), 1e6) * 100).rounded())
        let magnitude = hundredths.magnitude
        let fraction = magnitude % 100
        var text = (hundredths < 0 ? "-" : "") + String(magnitude / 100)
        if fraction > 0 {
            text += fraction % 10 == 0 ? ".\(fraction / 10)" : fraction < 10 ? ".0\(fraction)" : ".\(fraction)"
        }
        return text
    }

    /// "x y", as path data have it.
    static func pair(_ x: Double, _ y: Double) -> String { number(x) + " " + number(y) }

    private static func text(of attributes: KeyValuePairs<String, String>) -> String {
        attributes.map { " \($0.key)=\"\(XMLText.escaped($0.value))\"" }.joined()
    }
}
