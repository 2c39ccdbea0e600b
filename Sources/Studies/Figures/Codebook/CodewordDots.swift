/// Dots of one kind as one path of round line ends, so that thousands of them stay small.
struct CodewordDots {
    let radius: Double
    let places: [(x: Double, y: Double)]

    static let chosenRadius = 7.0

    func draw(colour: String, on canvas: inout SVGCanvas) {
        draw(radius: radius, colour: colour, on: &canvas)
    }

    /// Draws the dots larger than others, as targets: a dark ring between white ones. They show in grey print too.
    func drawChosen(colour: String, on canvas: inout SVGCanvas) {
        draw(radius: Self.chosenRadius + 1, colour: "#ffffff", on: &canvas)
        draw(radius: Self.chosenRadius, colour: "#000000", on: &canvas)
        draw(radius: Self.chosenRadius - 1.8, colour: "#ffffff", on: &canvas)
        draw(radius: Self.chosenRadius - 2.8, colour: colour, on: &canvas)
    }

    private func draw(radius: Double, colour: String, on canvas: inout SVGCanvas) {
        guard !places.isEmpty else { return }
        canvas.group("g", ["stroke-linecap": "round"]) {
            $0.path(data, stroke: colour, width: 2 * radius)
        }
    }

    /// A line of next to no length at each place. Of the places in one square of half a pixel one is kept.
    private var data: String {
        struct Square: Hashable {
            let x: Int
            let y: Int
        }
        var seen: Set<Square> = []
        var data = ""
        for place in places {
            let square = Square(x: Int((place.x * 2).rounded()), y: Int((place.y * 2).rounded()))
            guard seen.insert(square).inserted else { continue }
            data += "M" + SVGCanvas.pair(Double(square.x) / 2, Double(square.y) / 2) + "h.01"
        }
        return data
    }
}
