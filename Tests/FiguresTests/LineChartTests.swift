import Files
import Foundation
import Testing

@testable import Figures

@Suite struct LineChartTests {
    private func chart(
        _ series: [LineChart.Series], x: Axis = Axis("steps"), y: Axis = Axis("error", unit: "dB"),
        title: String = "t", legend: LegendPlacement = .automatic
    ) -> LineChart {
        LineChart(title: title, x: x, y: y, series: series, legend: legend)
    }

    private let logarithmic = Axis("error", scale: .logarithmic(base: .ten))

    @Test func drawsTitleAxesTicksAndLegend() throws {
        let chart = chart([.init("first", [(0, 1), (10, 2)]), .init("second", [(0, 3), (10, 1)])], title: "Title")
        let document = try MarkupDocument(chart.svg())
        #expect(
            document.texts("text") == [
                "Title", "1.0", "1.5", "2.0", "2.5", "3.0", "0", "2", "4", "6", "8", "10", "steps", "error (dB)",
                "first", "second",
            ])
        let root = try #require(document.elements.first)
        #expect(root.name == "svg")
        #expect(root.attributes["viewBox"] == "0 0 640 400")
        #expect(root.attributes["font-family"] == "sans-serif")
        #expect(document.texts("title") == ["Title"])
        // Identifiers would collide where several figures share a page.
        #expect(!document.elements.contains { $0.attributes["id"] != nil })
    }

    @Test func sameChartSameText() throws {
        let points = (0..<5000).map { (x: Double($0), y: Double($0 * 7919 % 1000)) }
        let chart = chart((0..<9).map { .init("s\($0)", points) })
        let text = try chart.svg()
        #expect(try chart.svg() == text)
        #expect(text.utf8.count < 9 * 45_000)
    }

    @Test func seriesDifferWithoutColour() {
        let styles = (0..<40).map { SeriesStyle(index: $0) }
        #expect(Set(styles.map { "\($0.dash ?? "") \($0.marker)" }).count == 40)
        #expect(Set((0..<280).map { "\(SeriesStyle(index: $0))" }).count == 280)
        // Lightness as luminance in linear light, all seven apart.
        let lightness = SeriesStyle.colours.map { colour in
            let value = Int(colour.dropFirst(), radix: 16) ?? 0
            return [(16, 0.2126), (8, 0.7152), (0, 0.0722)].reduce(0.0) { sum, channel in
                sum + pow(Double(value >> channel.0 & 255) / 255, 2.2) * channel.1
            }
        }
        for (first, second) in zip(lightness, lightness.dropFirst()) { #expect(abs(first - second) > 0.06) }
    }

    @Test func legendStaysOutsideOfThePlot() throws {
        let long = String(repeating: "a very long name ", count: 12)
        for placement in LegendPlacement.allCases {
            for names in [["a"], ["a", long, String(repeating: "W", count: 200)], (0..<40).map { "series \($0)" }] {
                let chart = chart(names.map { .init($0, [(0, 1), (1, 2)]) }, legend: placement)
                let document = try MarkupDocument(chart.svg())
                let plot = try #require(document.elements("svg").last?.attributes)
                let right = number(plot["x"]) + number(plot["width"]) - 2
                let bottom = number(plot["y"]) + number(plot["height"]) - 2
                let box = try #require(document.elements.first?.attributes["viewBox"]?.split(separator: " "))
                let (width, height) = (try #require(Double(box[2])), try #require(Double(box[3])))
                for text in document.elements("text") where text.attributes["text-anchor"] == "start" {
                    let (x, y) = (number(text.attributes["x"]), number(text.attributes["y"]))
                    #expect(x > right || y > bottom)
                    #expect(y < height)
                    #expect(x + TextWidth.pixels(text.text, size: Ink.tickSize) <= width + 1)
                }
                let shown = document.elements("text").filter { $0.attributes["text-anchor"] == "start" }.map(\.text)
                #expect(shown.isEmpty == (placement == .hidden))
                if placement != .hidden, names.count == 40 { #expect(shown == names) }
            }
        }
    }

    private func number(_ text: String?) -> Double { text.flatMap { Double($0) } ?? .nan }

    @Test func breaksTheLineAtPointsThatAreNotFinite() throws {
        let chart = chart([.init("s", [(0, 1), (1, 2), (2, .nan), (3, 1), (4, 2), (5, .infinity)])])
        let lines = try MarkupDocument(chart.svg()).elements("path").filter { $0.attributes["stroke-width"] == "2" }
        let data = try #require(lines.first?.attributes["d"])
        #expect(data.filter { $0 == "M" }.count == 2)
        #expect(data.filter { $0 == "L" }.count == 2)
        #expect(!data.lowercased().contains("n"))
    }

    @Test func drawsOnePointAndEqualValues() throws {
        _ = try MarkupDocument(chart([.init("s", [(3, 0.5)])]).svg())
        _ = try MarkupDocument(chart([.init("s", [(1, 7), (2, 7), (3, 7)])]).svg())
        _ = try MarkupDocument(chart([.init("s", [(3, 0.5)])], y: logarithmic).svg())
    }

    @Test func drawsSpreads() throws {
        let points = (1...4).map { step in
            LineChart.Point(x: Double(step), y: 1, lower: step == 2 ? -0.5 : 0.5, upper: 1.5)
        }
        for (style, areas) in [(LineChart.SpreadStyle.band, 1), (.errorBars, 0)] {
            // A spread that reaches below zero does, on a logarithmic axis, to its lower end.
            for axis in [Axis("error"), logarithmic] {
                let document = try MarkupDocument(chart([.init("s", points: points, spread: style)], y: axis).svg())
                let opaque = document.elements("path").filter { $0.attributes["fill-opacity"] == "0.18" }
                #expect(opaque.count == areas)
                let bars = document.elements("path").filter { $0.attributes["stroke-width"] == "1.3" }
                #expect(bars.isEmpty == (style == .band))
            }
        }
    }

    @Test func escapesWhatXMLReserves() throws {
        let nasty = "<a & b> \"c\" 'd' \u{0} \u{1B} ]]>"
        let chart = chart(
            [.init(nasty, [(0, 1)])], x: Axis(nasty, unit: "<&>"), y: Axis(nasty), title: nasty)
        let shown = "<a & b> \"c\" 'd' \u{FFFD} \u{FFFD} ]]>"
        let document = try MarkupDocument(chart.svg())
        #expect(document.texts("title") == [shown])
        #expect(document.texts("text").contains(shown))
        #expect(document.texts("text").contains(shown + " (<&>)"))
    }

    @Test func refusesWhatCannotBeDrawn() {
        #expect(throws: FigureError.empty(figure: "t", expected: "at least one series")) { try chart([]).svg() }
        #expect(throws: FigureError.emptySeries(figure: "t", series: "s")) {
            try chart([.init("a", [(0, 1)]), .init("s", [])]).svg()
        }
        #expect(throws: FigureError.emptySeries(figure: "t", series: "s")) {
            try chart([.init("s", [(0, .nan)])]).svg()
        }
        #expect(throws: FigureError.notPositive(figure: "t", axis: "error", series: "s", value: 0)) {
            try chart([.init("s", [(0, 1), (1, 0)])], y: logarithmic).svg()
        }
        #expect(throws: FigureError.notPositive(figure: "t", axis: "m", series: "s", value: -2)) {
            try chart([.init("s", [(-2, 1)])], x: Axis("m", scale: .logarithmic(base: .two))).svg()
        }
        #expect(throws: FigureError.invalidSpread(figure: "t", series: "s", lower: 2, upper: 1)) {
            try chart([.init("s", points: [.init(x: 0, y: 1, lower: 2, upper: 1)])]).svg()
        }
        #expect(throws: FigureError.invalidSize(figure: "t", width: 10, height: 400)) {
            try LineChart(title: "t", x: Axis("x"), y: Axis("y"), series: [.init("s", [(0, 1)])], width: 10).svg()
        }
    }

    @Test func writesAFile() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("chart-\(UUID().uuidString).svg")
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(throws: FigureError.self) { try chart([]).write(to: file) }
        #expect(!FileManager.default.fileExists(atPath: file.path))
        let single = chart([.init("s", [(0, 1)])])
        try single.write(to: file)
        #expect(try String(contentsOf: file, encoding: .utf8) == single.svg() + "\n")
    }
}
