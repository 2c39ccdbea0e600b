import Foundation

/// One layer of a codebook figure: title, axes and dots.
struct PanelDrawing {
    let height: Double

    private let width: Double
    private let layer: Int
    private let points: [CodebookFigure.Point]
    private let codewords: Int
    private let titleLines: [String]
    private let xLines: [String]
    private let yLines: [String]
    private let xDomain: AxisDomain
    private let yDomain: AxisDomain
    private let xTicks: AxisTicks
    private let yTicks: AxisTicks
    private let plot: Rectangle

    static let colours = [
        "#d62728", "#2a9134", "#1f5fd0", "#8e44ad", "#d9730d", "#00868b", "#8c564b", "#c2185b",
    ]
    static let grey = "#b4b4b4"

    private static let titleSize = 12.5
    private static let labelSize = 11.5
    private static let tickSize = 11.0

    /// Lays the panel out.
    ///
    /// - Parameters:
    ///   - mostTitleLines: The lines to make room for, so that the plots of a row are level.
    ///   - width: The width of all of it in pixels.
    init(
        panel: CodebookFigure.Panel, title: String, mostTitleLines: Int, layer: Int, figure: String,
        labels: (x: String, y: String), width: Double
    ) throws {
        points = panel.points.filter { $0.x.isFinite && $0.y.isFinite }
        guard !points.isEmpty else {
            throw FigureError.emptySeries(figure: figure, series: title)
        }
        codewords = panel.points.count
        self.width = width
        self.layer = layer
        // Room for the largest dots, which must not lie on the frame.
        xDomain = try Self.domain(labels.x, points.map(\.x), figure: figure)
        yDomain = try Self.domain(labels.y, points.map(\.y), figure: figure)
        titleLines = Self.titleLines(title, width: width)
        let top = Double(mostTitleLines) * Self.titleSize * Ink.leading + 5
        // Plots are square where there is room, and no higher than a page's half.
        let plotHeight = min(max(width - 60, 120), 320)
        yLines = TextWidth.lines(labels.y, size: Self.labelSize, width: plotHeight + 20, maximumLines: 2)
        yTicks = yDomain.ticks(length: plotHeight) { _ in Self.tickSize * 3 }
        let widest = yTicks.major.reduce(0) { max($0, TextWidth.pixels($1.label, size: Self.tickSize)) }
        let left = Double(yLines.count) * Self.labelSize * Ink.leading + widest + 9
        plot = Rectangle(x: left, y: top, width: max(width - left - 4, 40), height: plotHeight)
        xTicks = xDomain.ticks(length: plot.width) { TextWidth.pixels($0, size: Self.tickSize) + 12 }
        xLines = TextWidth.lines(labels.x, size: Self.labelSize, width: plot.width + 10, maximumLines: 2)
        height = plot.bottom + Self.tickSize + 8 + Double(xLines.count) * Self.labelSize * Ink.leading + 2
    }

    func draw(x: Double, y: Double, on canvas: inout SVGCanvas) {
        canvas.group("g", ["transform": "translate(\(SVGCanvas.pair(x, y)))"]) { canvas in
            drawFrame(on: &canvas)
            drawDots(on: &canvas)
        }
    }

    private func drawFrame(on canvas: inout SVGCanvas) {
        let above = plot.y - 5 - Double(titleLines.count) * Self.titleSize * Ink.leading
        for (number, line) in titleLines.enumerated() {
            canvas.text(
                line, x: width / 2, y: above + Self.titleSize * (Double(number) * Ink.leading + 0.9),
                size: Self.titleSize,
                anchor: .middle)
        }
        let vertical = xTicks.major.map {
            "M\(SVGCanvas.pair(place(x: $0.value), plot.y))v\(SVGCanvas.number(plot.height))"
        }
        let horizontal = yTicks.major.map {
            "M\(SVGCanvas.pair(plot.x, place(y: $0.value)))h\(SVGCanvas.number(plot.width))"
        }
        canvas.path((vertical + horizontal).joined(), stroke: Ink.minorGrid, width: 1)
        canvas.group("g", ["fill-opacity": "0"]) { $0.rectangle(plot, fill: "#ffffff", stroke: Ink.axis) }
        for tick in xTicks.major {
            // A label at an end of the axis is moved inside the panel.
            let half = TextWidth.pixels(tick.label, size: Self.tickSize) / 2
            canvas.text(
                tick.label, x: min(place(x: tick.value), width + 4 - half), y: plot.bottom + Self.tickSize + 4,
                size: Self.tickSize, anchor: .middle)
        }
        for tick in yTicks.major {
            canvas.text(
                tick.label, x: plot.x - 5, y: place(y: tick.value) + Self.tickSize * 0.36, size: Self.tickSize,
                anchor: .end)
        }
        for (number, line) in xLines.enumerated() {
            let base = plot.bottom + Self.tickSize + 8 + Self.labelSize * (Double(number) * Ink.leading + 0.9)
            canvas.text(line, x: plot.x + plot.width / 2, y: base, size: Self.labelSize, anchor: .middle)
        }
        for (number, line) in yLines.enumerated() {
            canvas.text(
                line, x: Self.labelSize * (Double(number) * Ink.leading + 0.75), y: plot.y + plot.height / 2,
                size: Self.labelSize, anchor: .middle, turn: -90)
        }
    }

    private func drawDots(on canvas: inout SVGCanvas) {
        let colour = Self.colours[layer % Self.colours.count]
        let large = codewords <= 16 ? 4.2 : codewords <= 128 ? 3.4 : 2.8
        let small = codewords <= 128 ? 2 : codewords <= 2048 ? 1.4 : 0.8
        let isCrowded = points.count { $0.state == .available } > 1000
        dots(.unavailable, radius: small).draw(colour: Self.grey, on: &canvas)
        let available = dots(.available, radius: isCrowded ? max(small, 1) : large)
        if !isCrowded {
            // A white rim keeps the few apart from the many grey ones.
            CodewordDots(radius: large + 0.9, places: available.places).draw(colour: "#ffffff", on: &canvas)
        }
        available.draw(colour: colour, on: &canvas)
        dots(.chosen, radius: large).drawChosen(colour: colour, on: &canvas)
    }

    private func dots(_ state: CodebookFigure.State, radius: Double) -> CodewordDots {
        CodewordDots(
            radius: radius,
            places: points.filter { $0.state == state }.map { (place(x: $0.x), place(y: $0.y)) })
    }

    private func place(x: Double) -> Double { plot.x + xDomain.fraction(x) * plot.width }
    private func place(y: Double) -> Double { plot.bottom - yDomain.fraction(y) * plot.height }

    /// A title too long for one line breaks after its comma first: "layer 3: 512 codewords," and "8 available".
    static func titleLines(_ title: String, width: Double) -> [String] {
        func lines(_ text: String) -> [String] {
            TextWidth.lines(text, size: titleSize, width: width, maximumLines: 3)
        }
        let whole = lines(title)
        guard whole.count > 1, let comma = title.range(of: ", ", options: .backwards) else { return whole }
        return lines(title[..<comma.lowerBound] + ",") + lines(String(title[comma.upperBound...]))
    }

    /// The range of the values with room around them on both sides, also across zero.
    private static func domain(_ label: String, _ values: [Double], figure: String) throws -> AxisDomain {
        let axis = Axis(label)
        let bare = try AxisDomain(axis, values: values, room: 0, figure: figure)
        let room = (bare.upper - bare.lower) * 0.06
        guard (bare.upper - bare.lower + 2 * room).isFinite else {
            throw FigureError.tooFarApart(figure: figure, axis: label, lower: bare.lower, upper: bare.upper)
        }
        return AxisDomain(scale: .linear, lower: bare.lower - room, upper: bare.upper + room)
    }
}
