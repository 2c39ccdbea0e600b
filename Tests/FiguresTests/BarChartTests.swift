import Testing

@testable import Figures

@Suite struct BarChartTests {
    private func chart(_ values: [[BarChart.Bar?]], groups: Int = 2, decimals: Int? = nil) -> BarChart {
        BarChart(
            title: "t", groupLabel: "data set", valueLabel: "PSNR", unit: "dB",
            groups: (0..<groups).map { "group \($0)" },
            series: values.enumerated().map { .init("s\($0)", bars: $1) }, decimals: decimals)
    }

    @Test func drawsBarsErrorBarsAndNumbers() throws {
        let drawn = chart([[.init(28.31, spread: 0.5), .init(25)], [nil, .init(24.96)], [.init(20), .init(-3)]])
        let document = try MarkupDocument(drawn.svg())
        let texts = document.texts("text")
        for text in ["28.3", "25.0", "20.0", "−3.0", "PSNR (dB)", "data set", "group 0", "s0", "s1", "s2"] {
            #expect(texts.contains(text))
        }
        let outlines = document.elements("rect").filter { $0.attributes["stroke"] == Ink.text }
        // Five bars and three samples in the legend.
        #expect(outlines.count == 8)
        #expect(document.elements("path").count { $0.attributes["stroke"] == "#000000" } == 1)
        #expect(try drawn.svg() == drawn.svg())
    }

    @Test func barsStartAtZero() throws {
        let document = try MarkupDocument(chart([[.init(10), .init(20)]]).svg())
        let bars = document.elements("rect").filter { $0.attributes["fill"] == SeriesStyle.colours[0] }
        let heights = bars.prefix(2).compactMap { $0.attributes["height"].flatMap { Double($0) } }
        #expect(heights.count == 2)
        #expect(abs(heights[1] / heights[0] - 2) < 1e-3)
    }

    @Test func numbersHaveTheDecimalsAskedFor() throws {
        #expect(
            try MarkupDocument(chart([[.init(1.23456), .init(2)]], decimals: 4).svg()).texts("text").contains("1.2346"))
        // Too different in size for common decimals.
        let texts = try MarkupDocument(chart([[.init(0.00123), .init(12_345)]]).svg()).texts("text")
        #expect(texts.contains("0.00123") && texts.contains("12,345"))
    }

    @Test func drawsManyAndExtremeBars() throws {
        let many = BarChart(
            title: "many", valueLabel: "v", groups: (0..<40).map { "a long name of group \($0)" },
            series: (0..<8).map { series in .init("s", bars: (0..<40).map { .init(Double($0 - 20 + series)) }) })
        _ = try MarkupDocument(many.svg())
        _ = try MarkupDocument(chart([[.init(0), .init(0)]]).svg())
        _ = try MarkupDocument(chart([[.init(-5), .init(-2, spread: 1)]]).svg())
        #expect(throws: FigureError.tooFarApart(figure: "t", axis: "PSNR", lower: -1e308, upper: 1e308)) {
            try chart([[.init(-1e308), .init(1e308)]]).svg()
        }
    }

    @Test func refusesWhatCannotBeDrawn() {
        #expect(throws: FigureError.empty(figure: "t", expected: "at least one group and one series")) {
            try chart([]).svg()
        }
        #expect(
            throws: FigureError.wrongCount(figure: "t", item: "the series 's0'", count: 1, expected: 2)
        ) { try chart([[.init(1)]]).svg() }
        #expect(throws: FigureError.emptySeries(figure: "t", series: "s1")) {
            try chart([[.init(1), .init(2)], [nil, .init(.nan)]]).svg()
        }
        #expect(throws: FigureError.invalidSpread(figure: "t", series: "s0", lower: 2, upper: 0)) {
            try chart([[.init(1, spread: -1), .init(1)]]).svg()
        }
    }

    @Test func hatchingStaysInsideTheBar() {
        let area = Rectangle(x: 10, y: 20, width: 13, height: 57)
        for hatching in Hatching.allCases where hatching == .rising || hatching == .falling || hatching == .crossed {
            let numbers = hatching.path(in: area).split { "ML ".contains($0) }.compactMap { Double($0) }
            #expect(!numbers.isEmpty && numbers.count % 4 == 0)
            for (place, number) in numbers.enumerated() {
                #expect(place % 2 == 0 ? number >= 10 && number <= 23 : number >= 20 && number <= 77)
            }
        }
    }
}
