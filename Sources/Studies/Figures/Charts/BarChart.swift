/// Bars in groups: one group a data set or a measure, one bar a model.
///
/// The axis is linear and holds zero, since the length of a bar is what is compared. Series can be told apart without
/// colour, by hatching. The same chart gives the same text.
package struct BarChart: Figure, Equatable {
    /// The length of a bar.
    package struct Bar: Sendable, Equatable {
        /// The value, such as a mean; no bar is drawn where it is not finite.
        package var value: Double
        /// The half length of the error bar, such as a standard deviation, not negative; nil without error bar.
        package var spread: Double?

        /// A bar from zero to `value`, with an error bar value ± spread.
        package init(_ value: Double, spread: Double? = nil) {
            self.value = value
            self.spread = spread
        }
    }

    /// The bars of one colour.
    package struct Series: Sendable, Equatable {
        /// Its name in the legend.
        package var name: String
        /// One bar a group; nil where there is none.
        package var bars: [Bar?]

        /// A series.
        package init(_ name: String, bars: [Bar?]) {
            self.name = name
            self.bars = bars
        }
    }

    /// What the chart shows; broken into lines where it is long.
    package var title: String
    /// What the groups are; empty for no label.
    package var groupLabel: String
    /// What the values are.
    package var valueLabel: String
    /// The unit of the values; nil for plain numbers.
    package var unit: String?
    /// The names of the groups, from left to right.
    package var groups: [String]
    /// The series, in the order of the bars in each group.
    package var series: [Series]
    /// Decimals of the numbers on the bars; nil for three digits of the largest.
    package var decimals: Int?
    /// Where the legend stands.
    package var legend: LegendPlacement
    /// The width in pixels, 320 to 4096.
    package var width: Int
    /// The height in pixels without a legend below, 240 to 4096.
    package var height: Int

    /// A chart.
    package init(
        title: String, groupLabel: String = "", valueLabel: String, unit: String? = nil, groups: [String],
        series: [Series], decimals: Int? = nil, legend: LegendPlacement = .automatic, width: Int = 640,
        height: Int = 400
    ) {
        self.title = title
        self.groupLabel = groupLabel
        self.valueLabel = valueLabel
        self.unit = unit
        self.groups = groups
        self.series = series
        self.decimals = decimals
        self.legend = legend
        self.width = width
        self.height = height
    }

    /// The chart as a complete SVG document.
    ///
    /// Numbers stand upright on bars too narrow for them, and are left out on bars narrower than their height.
    ///
    /// - Throws: ``FigureError/empty(figure:expected:)`` without groups or series,
    ///   ``FigureError/emptySeries(figure:series:)``, ``FigureError/wrongCount(figure:item:count:expected:)``,
    ///   ``FigureError/invalidSpread(figure:series:lower:upper:)``,
    ///   ``FigureError/tooFarApart(figure:axis:lower:upper:)``, ``FigureError/invalidSize(figure:width:height:)``.
    package func svg() throws -> String {
        try check()
        let axis = Axis(valueLabel, unit: unit)
        let ends = series.flatMap { $0.bars.compactMap { $0?.ends } }
        let bare = try AxisDomain(axis, values: [0] + ends.flatMap { [$0.lower, $0.upper] }, room: 0, figure: title)
        let domain = try self.domain(around: bare, ends: ends)
        let count = Double(groups.count)
        let frame = try ChartFrame(
            ChartFrame.Content(
                figure: title, width: width, height: height, title: title, xLabel: groupLabel, yLabel: axis.title,
                names: series.map(\.name), legend: legend, legendSample: BarDrawing.sampleWidth, yDomain: domain),
            tickHeight: { GroupNames(groups, slot: $0 / count).height }, overhang: { _ in 0 })
        let drawing = BarDrawing(frame: frame, groups: groups.count, series: series, number: number)
        var canvas = SVGCanvas()
        frame.drawBackground(xMajor: [], xMinor: [], on: &canvas)
        drawing.draw(on: &canvas)
        GroupNames(groups, slot: frame.plot.width / count).draw(in: frame.plot, on: &canvas)
        frame.drawForeground(xMajor: [], on: &canvas) { canvas, index, x, y in
            drawing.drawSample(index: index, x: x, y: y, on: &canvas)
        }
        return canvas.document(
            width: frame.width, height: frame.height, title: title,
            description: "Bar chart of \(axis.title) for \(groups.joined(separator: ", ")): "
                + series.map(\.name).joined(separator: ", "))
    }

    /// The axis with room for the numbers beyond the bars, which stand where the bars are narrow.
    private func domain(around bare: AxisDomain, ends: [(lower: Double, upper: Double)]) throws -> AxisDomain {
        let values = series.flatMap { $0.bars.compactMap { $0?.value } }.filter(\.isFinite)
        let widest = values.reduce(0) { max($0, TextWidth.pixels(number($1), size: BarDrawing.numberSize)) }
        let bar = 0.7 * Double(width) / Double(groups.count) * BarDrawing.filling / Double(series.count)
        let needed = bar < widest ? widest + 10 : BarDrawing.numberSize + 12
        let hasNegative = ends.contains { $0.lower < 0 }
        let hasPositive = ends.contains { $0.upper > 0 } || !hasNegative
        let plot = max(Double(height) - 130, 140)
        let room = (bare.upper - bare.lower) * needed / max(plot - (hasNegative && hasPositive ? 2 : 1) * needed, 40)
        let domain = AxisDomain(
            scale: .linear, lower: hasNegative ? bare.lower - room : min(bare.lower, 0),
            upper: hasPositive ? bare.upper + room : max(bare.upper, 0))
        guard (domain.upper - domain.lower).isFinite else {
            throw FigureError.tooFarApart(figure: title, axis: valueLabel, lower: bare.lower, upper: bare.upper)
        }
        return domain
    }

    /// Numbers of one size have the same decimals; very different ones the same number of digits.
    private var number: (Double) -> String {
        if let decimals { return { NumberText.fixed($0, decimals: decimals) } }
        let sizes = series.flatMap { $0.bars.compactMap { $0?.value.magnitude } }.filter { $0.isFinite && $0 > 0 }
        guard let largest = sizes.max(), let smallest = sizes.min(), smallest * 100 > largest, largest < 1e6,
            smallest >= 1e-4
        else { return { NumberText.significant($0, digits: 3) } }
        let decimals = 2 - NumberText.exponent(of: largest, digits: 3)
        return { NumberText.fixed($0, decimals: decimals) }
    }

    private func check() throws {
        guard !series.isEmpty, !groups.isEmpty else {
            throw FigureError.empty(figure: title, expected: "at least one group and one series")
        }
        for series in series {
            guard series.bars.count == groups.count else {
                throw FigureError.wrongCount(
                    figure: title, item: "the series '\(series.name)'", count: series.bars.count,
                    expected: groups.count)
            }
            guard series.bars.contains(where: { $0?.value.isFinite ?? false }) else {
                throw FigureError.emptySeries(figure: title, series: series.name)
            }
            for case .some(let bar) in series.bars {
                if let spread = bar.spread, spread < 0 {
                    throw FigureError.invalidSpread(
                        figure: title, series: series.name, lower: bar.value - spread, upper: bar.value + spread)
                }
            }
        }
    }
}

extension BarChart.Bar {
    /// What bar and error bar cover; nil for a bar that is not drawn.
    var ends: (lower: Double, upper: Double)? {
        guard value.isFinite else { return nil }
        guard let spread, spread.isFinite else { return (value, value) }
        return (value - spread, value + spread)
    }
}
