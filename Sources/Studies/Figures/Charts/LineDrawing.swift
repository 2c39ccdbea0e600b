/// Draws the curves of a line chart into its frame.
struct LineDrawing {
    let frame: ChartFrame
    let xDomain: AxisDomain

    static let sampleWidth = 36.0
    private static let markerRadius = 4.0
    /// More points than this do not all carry a marker.
    private static let mostMarkers = 30

    private struct Place {
        var x: Double
        var y: Double
        var spread: (top: Double, bottom: Double)?
    }

    /// The horizontal place of a value.
    func x(_ value: Double) -> Double { frame.plot.x + xDomain.fraction(value) * frame.plot.width }

    func draw(_ series: [LineChart.Series], on canvas: inout SVGCanvas) {
        let plot = frame.plot
        // An inner `svg` cuts off what lies outside of it, without the identifier that a clip path needs.
        let rim = 2.0
        let corner = (SVGCanvas.number(plot.x - rim), SVGCanvas.number(plot.y - rim))
        let size = (SVGCanvas.number(plot.width + 2 * rim), SVGCanvas.number(plot.height + 2 * rim))
        let runs = series.map { self.runs(of: $0) }
        canvas.group(
            "svg",
            [
                "x": corner.0, "y": corner.1, "width": size.0, "height": size.1,
                "viewBox": "\(corner.0) \(corner.1) \(size.0) \(size.1)",
            ]
        ) { canvas in
            for (index, series) in series.enumerated() {
                drawSpread(runs[index], style: SeriesStyle(index: index), as: series.spread, on: &canvas)
            }
            for (index, runs) in runs.enumerated() {
                let style = SeriesStyle(index: index)
                let lines = runs.filter { $0.count > 1 }.map { run in
                    "M" + run.map { SVGCanvas.pair($0.x, $0.y) }.joined(separator: "L")
                }
                canvas.group("g", ["stroke-linejoin": "round"]) {
                    $0.path(lines.joined(), stroke: style.colour, width: 2, dash: style.dash)
                }
            }
        }
        for (index, runs) in runs.enumerated() {
            let style = SeriesStyle(index: index)
            let marked = self.marked(runs, index: index, of: series.count)
            style.marker.draw(marked, radius: Self.markerRadius, colour: style.colour, on: &canvas)
        }
    }

    /// The sample before a name in the legend.
    func drawSample(of series: LineChart.Series, index: Int, x: Double, y: Double, on canvas: inout SVGCanvas) {
        let style = SeriesStyle(index: index)
        let middle = x + Self.sampleWidth / 2
        if series.points.contains(where: { $0.spread != nil }) {
            switch series.spread {
            case .band:
                canvas.group("g", ["fill-opacity": "0.18"]) {
                    $0.rectangle(
                        Rectangle(x: x, y: y - 6, width: Self.sampleWidth, height: 12), fill: style.colour)
                }
            case .errorBars:
                canvas.path(Self.errorBar(x: middle, top: y - 7, bottom: y + 7), stroke: style.colour, width: 1.3)
            }
        }
        canvas.path(
            "M\(SVGCanvas.pair(x, y))h\(SVGCanvas.number(Self.sampleWidth))", stroke: style.colour, width: 2,
            dash: style.dash)
        style.marker.draw([(middle, y)], radius: Self.markerRadius, colour: style.colour, on: &canvas)
    }

    static func errorBar(x: Double, top: Double, bottom: Double) -> String {
        "M\(SVGCanvas.pair(x, top))V\(SVGCanvas.number(bottom))M\(SVGCanvas.pair(x - 3.5, top))h7"
            + "M\(SVGCanvas.pair(x - 3.5, bottom))h7"
    }

    // MARK: Parts

    private func drawSpread(
        _ runs: [[Place]], style: SeriesStyle, as spread: LineChart.SpreadStyle, on canvas: inout SVGCanvas
    ) {
        var bars = ""
        for run in runs.flatMap({ $0.split { $0.spread == nil } }) {
            let spreads = run.compactMap { place in place.spread.map { (place.x, $0.top, $0.bottom) } }
            guard spread == .band, spreads.count > 1 else {
                bars += spreads.map { Self.errorBar(x: $0.0, top: $0.1, bottom: $0.2) }.joined()
                continue
            }
            let top = spreads.map { SVGCanvas.pair($0.0, $0.1) }.joined(separator: "L")
            let bottom = spreads.reversed().map { SVGCanvas.pair($0.0, $0.2) }.joined(separator: "L")
            canvas.add("path", ["d": "M\(top)L\(bottom)Z", "fill": style.colour, "fill-opacity": "0.18"])
            canvas.group("g", ["stroke-opacity": "0.55"]) {
                $0.path("M\(top)M\(bottom)", stroke: style.colour, width: 0.8, dash: style.dash)
            }
        }
        canvas.path(bars, stroke: style.colour, width: 1.3)
    }

    /// The places of a series in pixels, without those that are not finite, in pieces that are joined by lines.
    private func runs(of series: LineChart.Series) -> [[Place]] {
        series.points.split(omittingEmptySubsequences: true) { !$0.isFinite }.map { run in
            thinned(
                run.map { point in
                    Place(
                        x: x(point.x), y: frame.y(point.y),
                        spread: point.spread.map { spread in
                            (top: max(frame.y(spread.upper), -1e5), bottom: min(frame.y(spread.lower), 1e5))
                        })
                })
        }
    }

    /// The first, lowest, highest and last place of each column of pixels, where there are more places than pixels.
    private func thinned(_ run: [Place]) -> [Place] {
        guard Double(run.count) > 4 * frame.plot.width else { return run }
        var result: [Place] = []
        var start = 0
        while start < run.count {
            let column = run[start].x.rounded(.down)
            var (low, high, end) = (start, start, start)
            while end + 1 < run.count, run[end + 1].x.rounded(.down) == column {
                end += 1
                if run[end].y < run[low].y { low = end }
                if run[end].y > run[high].y { high = end }
            }
            for index in Set([start, low, high, end]).sorted() { result.append(run[index]) }
            start = end + 1
        }
        return result
    }

    /// The places that carry a marker: all, or about ten evenly along the axis, at other places for each series.
    private func marked(_ runs: [[Place]], index: Int, of count: Int) -> [(x: Double, y: Double)] {
        let plot = frame.plot
        let rim = 0.5
        let places = runs.joined().filter {
            $0.x >= plot.x - rim && $0.x <= plot.right + rim && $0.y >= plot.y - rim && $0.y <= plot.bottom + rim
        }
        guard places.count > Self.mostMarkers, let first = places.map(\.x).min(), let last = places.map(\.x).max()
        else {
            return places.map { ($0.x, $0.y) }
        }
        var chosen: [Int] = []
        for step in 0..<10 {
            let share = (Double(step) + (Double(index) + 0.5) / Double(max(count, 1))) / 10
            let target = first + share * (last - first)
            let nearest = places.indices.min { abs(places[$0].x - target) < abs(places[$1].x - target) }
            if let nearest, !chosen.contains(nearest) { chosen.append(nearest) }
        }
        return chosen.map { (places[$0].x, places[$0].y) }
    }
}
