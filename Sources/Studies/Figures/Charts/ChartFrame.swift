/// What surrounds the data of a chart: title, axes with their ticks and labels, grid, legend.
struct ChartFrame {
    let width: Double
    let height: Double
    /// Where data are drawn.
    let plot: Rectangle
    let legend: Legend
    let yTicks: AxisTicks
    let yDomain: AxisDomain

    private let titleLines: [String]
    private let xLines: [String]
    private let yLines: [String]
    private let legendSample: Double
    private let tickHeight: Double

    private static let margin = 14.0

    /// Everything the frame is made of.
    struct Content {
        var figure: String
        var width: Int
        var height: Int
        var title: String
        var xLabel: String
        var yLabel: String
        var names: [String]
        var legend: LegendPlacement
        var legendSample: Double
        var yDomain: AxisDomain
    }

    /// Makes room for everything.
    ///
    /// - Parameters:
    ///   - tickHeight: The height that labels below the plot need, by the plot's width.
    ///   - overhang: How far labels below the plot reach beyond its right end, by the plot's width.
    /// - Throws: ``FigureError/invalidSize(figure:width:height:)``.
    init(_ content: Content, tickHeight: (Double) -> Double, overhang: (Double) -> Double) throws {
        guard (320...4096).contains(content.width), (240...4096).contains(content.height) else {
            throw FigureError.invalidSize(figure: content.figure, width: content.width, height: content.height)
        }
        width = Double(content.width)
        yDomain = content.yDomain
        legendSample = content.legendSample
        let inside = width - 2 * Self.margin
        legend = Legend(
            content.names, sample: content.legendSample, placement: content.legend, available: inside,
            height: Double(content.height) - 110)
        titleLines = TextWidth.lines(content.title, size: Ink.titleSize, width: inside, bold: true, maximumLines: 4)
        let legendWidth = legend.isRight && !legend.entries.isEmpty ? legend.width + 16 : 0
        xLines = TextWidth.lines(
            content.xLabel, size: Ink.labelSize, width: max(inside - legendWidth - 60, 120), maximumLines: 3)
        let top = Self.margin + Double(titleLines.count) * Ink.titleSize * Ink.leading + 6
        let ticksBelow = tickHeight(inside - legendWidth - 70)
        self.tickHeight = ticksBelow
        let labelBelow = xLines.isEmpty ? 0 : Double(xLines.count) * Ink.labelSize * Ink.leading + 4
        let plotHeight = max(Double(content.height) - top - ticksBelow - labelBelow - Self.margin, 140)
        yLines = TextWidth.lines(content.yLabel, size: Ink.labelSize, width: plotHeight + 20, maximumLines: 3)
        yTicks = content.yDomain.ticks(length: plotHeight) { _ in Ink.tickSize * 2.4 }
        let widestTick = yTicks.major.reduce(0) { max($0, TextWidth.pixels($1.label, size: Ink.tickSize)) }
        let left = Self.margin + Double(yLines.count) * Ink.labelSize * Ink.leading + widestTick + 14
        let widestPlot = width - left - Self.margin - legendWidth
        let right = legendWidth > 0 ? legendWidth + Self.margin : Self.margin + max(overhang(widestPlot) - 8, 0)
        plot = Rectangle(x: left, y: top, width: max(width - left - right, 60), height: plotHeight)
        let below = plot.bottom + ticksBelow + labelBelow
        height =
            legend.isRight
            ? max(below, plot.y + legend.height) + Self.margin
            : below + (legend.entries.isEmpty ? 0 : legend.height + 10) + Self.margin
    }

    /// The vertical place of a value.
    func y(_ value: Double) -> Double { plot.bottom - yDomain.fraction(value) * plot.height }

    /// Draws grid, y axis and title; what lies under the data.
    func drawBackground(xMajor: [Double], xMinor: [Double], on canvas: inout SVGCanvas) {
        for (number, line) in titleLines.enumerated() {
            canvas.text(
                line, x: width / 2, y: 14 + Ink.titleSize * (Double(number) * Ink.leading + 0.85), size: Ink.titleSize,
                anchor: .middle, bold: true)
        }
        let vertical = { (x: Double) in
            "M\(SVGCanvas.pair(x, plot.y))v\(SVGCanvas.number(plot.height))"
        }
        let horizontal = { (value: Double) in
            "M\(SVGCanvas.pair(plot.x, y(value)))h\(SVGCanvas.number(plot.width))"
        }
        canvas.path(
            xMinor.map(vertical).joined() + yTicks.minor.map(horizontal).joined(), stroke: Ink.minorGrid, width: 0.8)
        canvas.path(
            xMajor.map(vertical).joined() + yTicks.major.map { horizontal($0.value) }.joined(), stroke: Ink.grid,
            width: 1)
        for tick in yTicks.major {
            canvas.text(
                tick.label, x: plot.x - 8, y: y(tick.value) + Ink.tickSize * 0.36, size: Ink.tickSize, anchor: .end)
        }
    }

    /// Draws the frame around the plot, the axis labels and the legend; what lies over the data or beside them.
    func drawForeground(
        xMajor: [Double], on canvas: inout SVGCanvas, sample: (inout SVGCanvas, Int, Double, Double) -> Void
    ) {
        let ticks =
            xMajor.map { "M\(SVGCanvas.pair($0, plot.bottom))v5" }.joined()
            + yTicks.major.map { "M\(SVGCanvas.pair(plot.x - 5, y($0.value)))h5" }.joined()
        canvas.path(
            "M\(SVGCanvas.pair(plot.x, plot.y))V\(SVGCanvas.number(plot.bottom))H\(SVGCanvas.number(plot.right))"
                + ticks,
            stroke: Ink.axis, width: 1.2)
        for (number, line) in xLines.enumerated() {
            let base = plot.bottom + tickHeight + Ink.labelSize * (Double(number) * Ink.leading + 0.9)
            canvas.text(line, x: plot.x + plot.width / 2, y: base, size: Ink.labelSize, anchor: .middle)
        }
        for (number, line) in yLines.enumerated() {
            canvas.text(
                line, x: Self.margin + Ink.labelSize * (Double(number) * Ink.leading + 0.75),
                y: plot.y + plot.height / 2, size: Ink.labelSize, anchor: .middle, turn: -90)
        }
        let below = plot.bottom + tickHeight + Double(xLines.count) * Ink.labelSize * Ink.leading + 14
        legend.draw(
            x: legend.isRight ? plot.right + 16 : max((width - legend.width) / 2, Self.margin),
            y: legend.isRight ? plot.y : below, indent: legendSample, on: &canvas, sample: sample)
    }
}
