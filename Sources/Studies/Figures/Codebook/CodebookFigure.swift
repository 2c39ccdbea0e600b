/// The codewords of each layer as points in a plane, and which of them a path of choices leaves available.
///
/// One panel a layer, each scaled to its own data and with its own colour: red, green, blue, then more. A chosen
/// codeword is large with a dark outline, one that may be chosen next has the layer's colour, one that no longer can
/// is small and grey. Lightness and size say the same as colour, for grey print.
///
/// The size of the document is bounded: the codewords of one state are one path, and dots that fall within half a
/// pixel of each other are drawn once. The same figure gives the same text.
///
/// Source: figure 10 of the HR-VQVAE paper.
package struct CodebookFigure: Figure, Equatable {
    /// What the choices in the layers before leave of a codeword.
    package enum State: Sendable, Equatable, CaseIterable {
        /// On the path of choices.
        case chosen
        /// A child of the codeword chosen in the layer before, not chosen itself.
        case available
        /// A child of another codeword.
        case unavailable
    }

    /// A codeword.
    package struct Point: Sendable, Equatable {
        /// The first coordinate, along the first principal component.
        package var x: Double
        /// The second coordinate, along the second principal component.
        package var y: Double
        /// Whether it is on the path of choices, or may come on it.
        package var state: State

        /// A codeword; one whose coordinates are not finite is counted, but not drawn.
        package init(x: Double, y: Double, state: State) {
            self.x = x
            self.y = y
            self.state = state
        }
    }

    /// A layer.
    package struct Panel: Sendable, Equatable {
        /// All codewords of the layer.
        package var points: [Point]
        /// The title; nil for the number of codewords and of those available.
        package var title: String?

        /// A layer.
        package init(points: [Point], title: String? = nil) {
            self.points = points
            self.title = title
        }
    }

    /// One panel a layer, the first layer first.
    package var panels: [Panel]
    /// What the figure shows, below all panels; broken into lines where it is long.
    package var caption: String
    /// The label of each horizontal axis.
    package var xLabel: String
    /// The label of each vertical axis.
    package var yLabel: String
    /// The width in pixels, 320 to 4096.
    package var width: Int

    /// A figure.
    package init(
        panels: [Panel], caption: String = "", xLabel: String = "first principal component",
        yLabel: String = "second principal component", width: Int = 640
    ) {
        self.panels = panels
        self.caption = caption
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.width = width
    }

    /// The title of a panel: "layer 1: 8 codewords, 8 available". Chosen codewords count as available.
    ///
    /// - Parameter layer: The layer, the first one 0.
    static func title(of panel: Panel, layer: Int) -> String {
        if let title = panel.title { return title }
        let available = panel.points.count { $0.state != .unavailable }
        return "layer \(layer + 1): \(NumberText.count(panel.points.count)) codeword"
            + (panel.points.count == 1 ? "" : "s") + ", \(NumberText.count(available)) available"
    }

    /// The figure as a complete SVG document.
    ///
    /// - Throws: ``FigureError/empty(figure:expected:)`` without panels, ``FigureError/emptySeries(figure:series:)``
    ///   for a panel without a finite point, ``FigureError/tooFarApart(figure:axis:lower:upper:)``,
    ///   ``FigureError/invalidSize(figure:width:height:)``.
    package func svg() throws -> String {
        let name = caption.isEmpty ? "codebooks" : caption
        guard !panels.isEmpty else { throw FigureError.empty(figure: name, expected: "at least one layer") }
        guard (320...4096).contains(width) else {
            throw FigureError.invalidSize(figure: name, width: width, height: width)
        }
        let columns = panels.count == 4 ? 2 : min(panels.count, 3)
        let cell = (Double(width) - 20) / Double(columns)
        let titles = panels.enumerated().map { Self.title(of: $1, layer: $0) }
        let mostTitleLines = titles.reduce(1) { max($0, PanelDrawing.titleLines($1, width: cell - 10).count) }
        var canvas = SVGCanvas()
        var y = 12.0
        var row = 0.0
        for (layer, panel) in panels.enumerated() {
            if layer > 0, layer % columns == 0 {
                y += row + 14
                row = 0
            }
            let drawing = try PanelDrawing(
                panel: panel, title: titles[layer], mostTitleLines: mostTitleLines, layer: layer, figure: name,
                labels: (xLabel, yLabel), width: cell - 10)
            drawing.draw(x: 10 + Double(layer % columns) * cell, y: y, on: &canvas)
            row = max(row, drawing.height)
        }
        y += row + 18
        y = drawKey(y: y, on: &canvas)
        for line in TextWidth.lines(caption, size: Ink.tickSize, width: Double(width) - 40) {
            canvas.text(line, x: Double(width) / 2, y: y + Ink.tickSize, size: Ink.tickSize, anchor: .middle)
            y += Ink.tickSize * Ink.leading
        }
        return canvas.document(
            width: Double(width), height: y + 12, title: name,
            description: titles.joined(separator: "; "))
    }

    /// What the three kinds of dots mean; gives the place below.
    private func drawKey(y: Double, on canvas: inout SVGCanvas) -> Double {
        let names = ["chosen", "available, in the layer's colour", "no longer available"]
        let legend = Legend(names, sample: 16, placement: .below, available: Double(width) - 40, height: 0)
        legend.draw(x: max((Double(width) - legend.width) / 2, 20), y: y, indent: 16, on: &canvas) {
            canvas, index, x, y in
            let dot = CodewordDots(radius: 3.5, places: [(x + 8, y)])
            switch State.allCases[index] {
            case .chosen: dot.drawChosen(colour: PanelDrawing.colours[0], on: &canvas)
            case .available: dot.draw(colour: PanelDrawing.colours[0], on: &canvas)
            case .unavailable: CodewordDots(radius: 2, places: dot.places).draw(colour: PanelDrawing.grey, on: &canvas)
            }
        }
        return y + legend.height + 10
    }
}
