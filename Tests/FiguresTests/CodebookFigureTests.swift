import Testing

@testable import Figures

@Suite struct CodebookFigureTests {
    private func panel(_ count: Int, chosen: Int = 0, available: Range<Int>) -> CodebookFigure.Panel {
        var points: [CodebookFigure.Point] = []
        for index in 0..<count {
            let state: CodebookFigure.State =
                index == chosen ? .chosen : available.contains(index) ? .available : .unavailable
            points.append(.init(x: Double(index * 7919 % 1009), y: Double(index * 104_729 % 10_007) / 10, state: state))
        }
        return CodebookFigure.Panel(points: points)
    }

    @Test func drawsAPanelForEachLayer() throws {
        let figure = CodebookFigure(
            panels: [panel(8, available: 0..<8), panel(64, available: 0..<8), panel(1, available: 0..<1)],
            caption: "one path <of> choices")
        let text = try figure.svg()
        let document = try MarkupDocument(text)
        let texts = document.texts("text")
        #expect(
            document.texts("desc") == [
                "layer 1: 8 codewords, 8 available; layer 2: 64 codewords, 8 available; layer 3: 1 codeword, 1 available"
            ])
        #expect(texts.joined(separator: " ").contains("layer 2: 64 codewords, 8 available"))
        #expect(texts.contains("one path <of> choices"))
        #expect(texts.joined(separator: " ").contains("first principal component"))
        #expect(texts.joined(separator: " ").contains("second principal component"))
        for name in ["chosen", "available, in the layer's colour", "no longer available"] {
            #expect(texts.contains(name))
        }
        let strokes = Set(document.elements("path").compactMap { $0.attributes["stroke"] })
        #expect(strokes.isSuperset(of: PanelDrawing.colours.prefix(3)))
        #expect(!strokes.contains(PanelDrawing.colours[3]))
        #expect(try figure.svg() == text)
    }

    @Test func eachStateIsOnePath() throws {
        let figure = CodebookFigure(panels: [panel(512, chosen: 3, available: 0..<8)])
        let paths = try MarkupDocument(figure.svg()).elements("path")
        let grey = paths.filter { $0.attributes["stroke"] == PanelDrawing.grey }
        // One in the panel, one in the key.
        #expect(grey.count == 2)
        #expect(grey[0].attributes["d"]?.split(separator: "M").count == 504)
        let widths = paths.filter { $0.attributes["stroke"] == PanelDrawing.colours[0] }
            .compactMap { $0.attributes["stroke-width"].flatMap { Double($0) } }
        let greyWidth = try #require(grey[0].attributes["stroke-width"].flatMap { Double($0) })
        #expect(widths.allSatisfy { $0 > greyWidth })
    }

    @Test func sizeIsBounded() throws {
        let large = CodebookFigure(
            panels: [panel(32, available: 0..<32), panel(1024, available: 0..<32), panel(32_768, available: 0..<32)])
        let text = try large.svg()
        #expect(text.utf8.count < 700_000)
        #expect(text.contains("32,768 codewords"))
        // The dots of one panel are at most those of its half pixels, however many codewords there are.
        let crowded = CodebookFigure(
            panels: Array(repeating: panel(200_000, available: 0..<200_000), count: 3))
        #expect(try crowded.svg().utf8.count < 3 * 1_500_000)
    }

    @Test func leavesOutWhatIsNotFinite() throws {
        var panel = panel(4, available: 0..<4)
        panel.points.append(.init(x: .nan, y: 0, state: .available))
        #expect(CodebookFigure.title(of: panel, layer: 0) == "layer 1: 5 codewords, 5 available")
        #expect(try !CodebookFigure(panels: [panel]).svg().contains("nan"))
    }

    @Test func refusesWhatCannotBeDrawn() {
        #expect(throws: FigureError.empty(figure: "codebooks", expected: "at least one layer")) {
            try CodebookFigure(panels: []).svg()
        }
        #expect(throws: FigureError.emptySeries(figure: "codebooks", series: "empty one")) {
            try CodebookFigure(panels: [panel(2, available: 0..<1), .init(points: [], title: "empty one")]).svg()
        }
        #expect(throws: FigureError.invalidSize(figure: "codebooks", width: 5, height: 5)) {
            try CodebookFigure(panels: [panel(2, available: 0..<1)], width: 5).svg()
        }
    }
}
