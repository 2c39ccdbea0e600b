import Images

/// A picture that shows what a model loses: rows of originals, each above the row of its reconstructions.
package enum ReconstructionSheet {
    /// Draws a sheet.
    ///
    /// - Parameters:
    ///   - originals: The images as they are.
    ///   - reconstructions: The images as the model gives them back, in the same order.
    ///   - columns: Images a row; chosen by their size if `nil`.
    /// - Throws: `ImageError`.
    package static func draw(
        originals: [PixelImage], reconstructions: [PixelImage], columns: Int? = nil
    ) throws -> PixelImage {
        let widest = originals.map(\.width).max() ?? 1
        // Small images are enlarged so that a person sees their pixels; large sheets stay below about 1200 pixels.
        let scale = max(1, 64 / max(widest, 1))
        let columns = max(columns ?? min(originals.count, max(1, 1200 / (widest * scale))), 1)
        let ordered = try PairedRows.interleave(originals, reconstructions, columns: columns)
        return try PictureGrid(columns: columns, gap: 2, scale: scale).image(of: ordered)
    }

    /// An image small enough that many of them make a picture to look at.
    ///
    /// - Throws: `ImageError`.
    package static func thumbnail(_ image: PixelImage) throws -> PixelImage {
        let longest = max(image.width, image.height)
        guard longest > largestSide else { return image }
        return try image.resized(
            width: max(image.width * largestSide / longest, 1), height: max(image.height * largestSide / longest, 1))
    }

    /// The longest side of an image in a sheet.
    private static let largestSide = 384
}
