/// The shape that stands on a point of a series.
enum Marker: CaseIterable {
    case circle, square, triangle, diamond, cross, invertedTriangle, plus, hourglass

    /// Whether the shape is two strokes rather than an area.
    var isStroke: Bool { self == .cross || self == .plus }

    /// The shape's outline as path data.
    func path(x: Double, y: Double, radius: Double) -> String {
        func polygon(_ corners: [(Double, Double)]) -> String {
            "M" + corners.map { SVGCanvas.pair(x + $0.0 * radius, y + $0.1 * radius) }.joined(separator: "L") + "Z"
        }
        switch self {
        case .circle:
            let size = SVGCanvas.number(radius)
            let width = SVGCanvas.number(2 * radius)
            return "M\(SVGCanvas.pair(x - radius, y))a\(size) \(size) 0 1 0 \(width) 0"
                + "a\(size) \(size) 0 1 0 -\(width) 0"
        case .square: return polygon([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
        case .triangle: return polygon([(0, -1.2), (1.1, 0.8), (-1.1, 0.8)])
        case .diamond: return polygon([(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)])
        case .invertedTriangle: return polygon([(0, 1.2), (1.1, -0.8), (-1.1, -0.8)])
        case .hourglass: return polygon([(-1.2, -1.3), (1.2, -1.3), (-1.2, 1.3), (1.2, 1.3)])
        case .cross:
            return "M\(SVGCanvas.pair(x - radius, y - radius))L\(SVGCanvas.pair(x + radius, y + radius))"
                + "M\(SVGCanvas.pair(x - radius, y + radius))L\(SVGCanvas.pair(x + radius, y - radius))"
        case .plus:
            return "M\(SVGCanvas.pair(x - 1.3 * radius, y))h\(SVGCanvas.number(2.6 * radius))"
                + "M\(SVGCanvas.pair(x, y - 1.3 * radius))v\(SVGCanvas.number(2.6 * radius))"
        }
    }

    /// Draws markers of one colour as one element.
    func draw(_ places: [(x: Double, y: Double)], radius: Double, colour: String, on canvas: inout SVGCanvas) {
        guard !places.isEmpty else { return }
        let data = places.map { path(x: $0.x, y: $0.y, radius: radius) }.joined()
        if isStroke {
            canvas.path(data, stroke: colour, width: 2)
        } else {
            // The white rim keeps shapes apart that lie on top of each other.
            canvas.add("path", ["d": data, "fill": colour, "stroke": "#ffffff", "stroke-width": "0.8"])
        }
    }
}
