/// Rows of pictures, each above the row of pictures that belong to them.
package enum PairedRows {
    /// Orders pictures for a grid: `columns` of the upper ones, the lower ones that belong to them, and so on. The last
    /// row is filled up with white.
    ///
    /// - Precondition: As many upper pictures as lower ones.
    /// - Throws: ``ImageError``.
    package static func interleave(
        _ upper: [PixelImage], _ lower: [PixelImage], columns: Int
    ) throws -> [PixelImage] {
        precondition(upper.count == lower.count, "\(upper.count) pictures above \(lower.count)")
        var ordered: [PixelImage] = []
        for start in stride(from: 0, to: upper.count, by: columns) {
            let end = min(start + columns, upper.count)
            for row in [upper[start..<end], lower[start..<end]] {
                ordered += row
                if end - start < columns, let blank = try row.first.map(Self.blank) {
                    ordered += Array(repeating: blank, count: columns - (end - start))
                }
            }
        }
        return ordered
    }

    /// White, as the grid's background.
    private static func blank(_ model: PixelImage) throws -> PixelImage {
        try PixelImage(
            width: model.width, height: model.height, channels: model.channels,
            pixels: Array(repeating: 255, count: model.width * model.height * model.channels))
    }
}
