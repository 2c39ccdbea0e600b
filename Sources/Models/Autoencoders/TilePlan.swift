/// How a large image goes through a model: tile by tile, each with a margin of which nothing is kept.
///
/// The margin is as wide as the model can see, so tiles join without seams and give what one pass would, to rounding.
package struct TilePlan: Sendable, Equatable {
    /// One tile, in pixels.
    package struct Tile: Sendable, Equatable {
        /// The rows that are kept.
        package var rows: Range<Int>
        /// The columns that are kept.
        package var columns: Range<Int>
        /// The rows that pass through the model.
        package var outerRows: Range<Int>
        /// The columns that pass through the model.
        package var outerColumns: Range<Int>
    }

    /// The tiles, row by row.
    package var tiles: [Tile]

    /// Cuts an image into tiles; one that is hardly larger than a tile stays whole.
    ///
    /// - Parameters:
    ///   - height: Rows of pixels, a multiple of the model's downsampling.
    ///   - width: Pixels across, a multiple of the model's downsampling.
    ///   - side: The side of what is kept of a tile; rounded up to a multiple of the downsampling.
    ///   - model: The model.
    package init(height: Int, width: Int, side: Int, model: any Autoencoder) {
        precondition(side > 0, "a tile of \(side) pixels")
        let unit = model.downsampling
        let side = (side + unit - 1) / unit * unit
        let margin = (model.receptiveRadius + unit - 1) / unit * unit
        guard height > side + margin || width > side + margin else {
            let whole = Tile(
                rows: 0..<height, columns: 0..<width, outerRows: 0..<height, outerColumns: 0..<width)
            tiles = [whole]
            return
        }
        func outer(_ range: Range<Int>, _ length: Int) -> Range<Int> {
            max(range.lowerBound - margin, 0)..<min(range.upperBound + margin, length)
        }
        tiles = stride(from: 0, to: height, by: side).flatMap { top in
            stride(from: 0, to: width, by: side).map { left in
                let rows = top..<min(top + side, height)
                let columns = left..<min(left + side, width)
                return Tile(
                    rows: rows, columns: columns, outerRows: outer(rows, height), outerColumns: outer(columns, width))
            }
        }
    }
}

extension Range<Int> {
    /// The range as seen from a place, in units: 8 ..< 16 from 4 in units of 2 is 2 ..< 6.
    package func relative(to start: Int, unit: Int = 1) -> Range<Int> {
        (lowerBound - start) / unit..<(upperBound - start) / unit
    }
}
