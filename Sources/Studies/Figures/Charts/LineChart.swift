/// Curves over a common x axis: an error against steps, quality against rate.
///
/// Series can be told apart without colour, by dashes and markers. The same chart gives the same text.
///
/// - Zero or a negative number on a logarithmic axis is an error, not a point left out in silence.
/// - A point with a coordinate that is not finite is left out, and the line is broken there: a run that diverged
///   must not look as if it had gone on.
/// - With more than 30 points only some carry a marker; with more points than pixels each column of pixels keeps its
///   first, lowest, highest and last one.
package struct LineChart: Figure, Equatable {
    /// A point of a series.
    package struct Point: Sendable, Equatable {
        /// The place on the x axis.
        package var x: Double
        /// The value.
        package var y: Double
        /// The lower end of the spread around `y`; nil without spread.
        package var lower: Double?
        /// The upper end of the spread around `y`; nil without spread.
        package var upper: Double?

        /// A point, with a spread only if both of its ends are given.
        package init(x: Double, y: Double, lower: Double? = nil, upper: Double? = nil) {
            self.x = x
            self.y = y
            self.lower = lower
            self.upper = upper
        }
    }

    /// How the spread of points is drawn.
    package enum SpreadStyle: Sendable, Equatable, CaseIterable {
        /// As an area behind the line.
        case band
        /// As a bar with caps on each point.
        case errorBars
    }

    /// A curve.
    package struct Series: Sendable, Equatable {
        /// Its name in the legend.
        package var name: String
        /// Its points, joined in this order.
        package var points: [Point]
        /// How the spread of its points is drawn, where they have one.
        package var spread: SpreadStyle

        /// A curve.
        package init(_ name: String, points: [Point], spread: SpreadStyle = .band) {
            self.name = name
            self.points = points
            self.spread = spread
        }

        /// A curve through values without spread.
        package init(_ name: String, _ points: [(x: Double, y: Double)]) {
            self.init(name, points: points.map { Point(x: $0.x, y: $0.y) })
        }
    }

    /// What the chart shows; broken into lines where it is long.
    package var title: String
    /// The horizontal axis.
    package var x: Axis
    /// The vertical axis.
    package var y: Axis
    /// The curves, in the order of the legend.
    package var series: [Series]
    /// Where the legend stands.
    package var legend: LegendPlacement
    /// The width in pixels, 320 to 4096.
    package var width: Int
    /// The height in pixels without a legend below, 240 to 4096.
    package var height: Int

    /// A chart.
    package init(
        title: String, x: Axis, y: Axis, series: [Series], legend: LegendPlacement = .automatic, width: Int = 640,
        height: Int = 400
    ) {
        self.title = title
        self.x = x
        self.y = y
        self.series = series
        self.legend = legend
        self.width = width
        self.height = height
    }

    /// The chart as a complete SVG document.
    ///
    /// The ends of a spread at or below zero on a logarithmic axis are drawn at the lower end of the axis.
    ///
    /// - Throws: ``FigureError/empty(figure:expected:)`` without series,
    ///   ``FigureError/emptySeries(figure:series:)``, ``FigureError/notPositive(figure:axis:series:value:)``,
    ///   ``FigureError/invalidSpread(figure:series:lower:upper:)``,
    ///   ``FigureError/invalidRange(figure:axis:lower:upper:)``,
    ///   ``FigureError/tooFarApart(figure:axis:lower:upper:)``, ``FigureError/invalidSize(figure:width:height:)``.
    package func svg() throws -> String {
        try check()
        let points = series.flatMap(\.points).filter(\.isFinite)
        let xDomain = try AxisDomain(x, values: points.lazy.map(\.x), room: 0.03, figure: title)
        let yDomain = try AxisDomain(y, values: points.flatMap { $0.heights(on: y.scale) }, room: 0.05, figure: title)
        let xTicks = { (width: Double) in
            xDomain.ticks(length: width) { TextWidth.pixels($0, size: Ink.tickSize) + 14 }
        }
        let frame = try ChartFrame(
            ChartFrame.Content(
                figure: title, width: width, height: height, title: title, xLabel: x.title, yLabel: y.title,
                names: series.map(\.name), legend: legend, legendSample: LineDrawing.sampleWidth, yDomain: yDomain),
            tickHeight: { _ in Ink.tickSize + 14 },
            overhang: { width in
                xTicks(width).major.last.map { tick in
                    TextWidth.pixels(tick.label, size: Ink.tickSize) / 2
                        - (1 - xDomain.fraction(tick.value)) * width
                } ?? 0
            })
        let ticks = xTicks(frame.plot.width)
        let drawing = LineDrawing(frame: frame, xDomain: xDomain)
        var canvas = SVGCanvas()
        frame.drawBackground(
            xMajor: ticks.major.map { drawing.x($0.value) }, xMinor: ticks.minor.map(drawing.x), on: &canvas)
        for tick in ticks.major {
            canvas.text(
                tick.label, x: drawing.x(tick.value), y: frame.plot.bottom + Ink.tickSize + 6, size: Ink.tickSize,
                anchor: .middle)
        }
        drawing.draw(series, on: &canvas)
        frame.drawForeground(xMajor: ticks.major.map { drawing.x($0.value) }, on: &canvas) { canvas, index, x, y in
            drawing.drawSample(of: series[index], index: index, x: x, y: y, on: &canvas)
        }
        return canvas.document(
            width: frame.width, height: frame.height, title: title,
            description: "Line chart of \(y.title) over \(x.title): " + series.map(\.name).joined(separator: ", "))
    }

    private func check() throws {
        guard !series.isEmpty else { throw FigureError.empty(figure: title, expected: "at least one series") }
        for series in series {
            guard series.points.contains(where: \.isFinite) else {
                throw FigureError.emptySeries(figure: title, series: series.name)
            }
            for point in series.points where point.isFinite {
                for (axis, value) in [(x, point.x), (y, point.y)] where axis.scale != .linear && value <= 0 {
                    throw FigureError.notPositive(
                        figure: title, axis: axis.label, series: series.name, value: value)
                }
                if let spread = point.spread, spread.lower > spread.upper {
                    throw FigureError.invalidSpread(
                        figure: title, series: series.name, lower: spread.lower, upper: spread.upper)
                }
            }
        }
    }
}

extension LineChart.Point {
    var isFinite: Bool { x.isFinite && y.isFinite }

    /// Both ends of the spread, where they are finite.
    var spread: (lower: Double, upper: Double)? {
        guard let lower, let upper, lower.isFinite, upper.isFinite else { return nil }
        return (lower, upper)
    }

    /// What the vertical axis must hold.
    func heights(on scale: Axis.Scale) -> [Double] {
        guard let spread else { return [y] }
        return [y, spread.lower, spread.upper].filter { scale == .linear || $0 > 0 }
    }
}
