/// The white lines on a bar that tell its series without colour.
enum Hatching: CaseIterable {
    case none, rising, falling, horizontal, crossed, vertical

    /// Path data of the lines inside an area.
    ///
    /// SVG's own patterns need identifiers, which collide in a page of several figures.
    func path(in area: Rectangle, distance: Double = 6) -> String {
        switch self {
        case .none: ""
        case .rising: Self.diagonals(in: area, distance: distance * 1.3, rising: true)
        case .falling: Self.diagonals(in: area, distance: distance * 1.3, rising: false)
        case .horizontal:
            Self.places(area.height, distance).map {
                "M\(SVGCanvas.pair(area.x, area.bottom - $0))h\(SVGCanvas.number(area.width))"
            }.joined()
        case .vertical:
            Self.places(area.width, distance).map {
                "M\(SVGCanvas.pair(area.x + $0, area.y))v\(SVGCanvas.number(area.height))"
            }.joined()
        case .crossed:
            Self.diagonals(in: area, distance: distance * 1.6, rising: true)
                + Self.diagonals(in: area, distance: distance * 1.6, rising: false)
        }
    }

    private static func places(_ length: Double, _ distance: Double) -> [Double] {
        Array(stride(from: distance / 2, to: length, by: distance))
    }

    /// Lines at 45 degrees, cut at the area's sides. `offset` is where a line meets the upper side's extension.
    private static func diagonals(in area: Rectangle, distance: Double, rising: Bool) -> String {
        places(area.width + area.height, distance).map { offset in
            let (startX, startY) = offset <= area.width ? (offset, 0) : (area.width, offset - area.width)
            let (endX, endY) = offset <= area.height ? (0, offset) : (offset - area.height, area.height)
            let from = rising ? startX : area.width - startX
            let to = rising ? endX : area.width - endX
            return "M\(SVGCanvas.pair(area.x + from, area.y + startY))L\(SVGCanvas.pair(area.x + to, area.y + endY))"
        }.joined()
    }
}
