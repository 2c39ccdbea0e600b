/// Draws the bars of a chart into its frame.
struct BarDrawing {
    let frame: ChartFrame
    let groups: Int
    let series: [BarChart.Series]
    let number: (Double) -> String

    static let sampleWidth = 18.0
    static let numberSize = 11.0
    /// The share of its place in the group that a series of bars fills.
    static let filling = 0.84
    static let widest = 64.0

    func draw(on canvas: inout SVGCanvas) {
        let slot = frame.plot.width / Double(groups)
        let bar = min(slot * Self.filling / Double(series.count), Self.widest)
        let zero = frame.y(0)
        for group in 0..<groups {
            let left = frame.plot.x + (Double(group) + 0.5) * slot - bar * Double(series.count) / 2
            for (index, series) in series.enumerated() {
                guard let value = series.bars[group], let ends = value.ends else { continue }
                let end = frame.y(value.value)
                let area = Rectangle(
                    x: left + Double(index) * bar + bar * 0.05, y: min(end, zero), width: bar * 0.9,
                    height: abs(end - zero))
                drawBar(area, style: SeriesStyle(index: index), on: &canvas)
                let middle = area.x + area.width / 2
                if ends.lower < ends.upper {
                    let data = LineDrawing.errorBar(x: middle, top: frame.y(ends.upper), bottom: frame.y(ends.lower))
                    // White under black: visible on a bar of any colour.
                    canvas.path(data, stroke: "#ffffff", width: 3)
                    canvas.path(data, stroke: "#000000", width: 1.3)
                }
                drawNumber(value.value, ends: ends, x: middle, room: bar, on: &canvas)
            }
        }
        canvas.path(
            "M\(SVGCanvas.pair(frame.plot.x, zero))h\(SVGCanvas.number(frame.plot.width))", stroke: Ink.axis, width: 1.2
        )
    }

    func drawSample(index: Int, x: Double, y: Double, on canvas: inout SVGCanvas) {
        drawBar(
            Rectangle(x: x, y: y - 7, width: Self.sampleWidth, height: 14), style: SeriesStyle(index: index),
            on: &canvas)
    }

    private func drawBar(_ area: Rectangle, style: SeriesStyle, on canvas: inout SVGCanvas) {
        canvas.rectangle(area, fill: style.colour)
        canvas.path(style.hatching.path(in: area), stroke: "#ffffff", width: 1.4)
        canvas.group("g", ["fill-opacity": "0"]) { $0.rectangle(area, fill: "#ffffff", stroke: Ink.text) }
    }

    private func drawNumber(
        _ value: Double, ends: (lower: Double, upper: Double), x: Double, room: Double, on canvas: inout SVGCanvas
    ) {
        let text = number(value)
        let size = Self.numberSize
        let isDown = value < 0
        let edge = isDown ? frame.y(ends.lower) + 5 : frame.y(ends.upper) - 5
        if TextWidth.pixels(text, size: size) <= room + 2 {
            canvas.text(text, x: x, y: isDown ? edge + size * 0.75 : edge, size: size, anchor: .middle)
        } else if room >= size {
            canvas.text(text, x: x + size * 0.36, y: edge, size: size, anchor: isDown ? .end : .start, turn: -90)
        }
    }
}
