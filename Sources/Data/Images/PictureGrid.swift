import Files

/// Lays pictures out in rows and columns, as one picture to look at.
package struct PictureGrid: Sendable, Equatable {
    /// Pictures in a row, at least 1.
    package var columns: Int
    /// Pixels between pictures and around all of them, at least 0.
    package var gap: Int
    /// How many times each pixel is repeated in both directions, so that small pictures are seen; at least 1.
    package var scale: Int
    /// The grey level between pictures.
    package var background: UInt8

    /// A layout.
    ///
    /// - Parameters:
    ///   - columns: Pictures in a row.
    ///   - gap: Pixels between pictures, not scaled.
    ///   - scale: Whole-number enlargement by the nearest neighbour.
    ///   - background: Grey level between pictures, 0 (black) to 255 (white).
    package init(columns: Int, gap: Int = 2, scale: Int = 1, background: UInt8 = 255) {
        self.columns = columns
        self.gap = gap
        self.scale = scale
        self.background = background
    }

    /// The size of a grid of pictures of one size.
    ///
    /// Asked before the pictures are made, where making them is long.
    ///
    /// - Parameters:
    ///   - count: How many pictures.
    ///   - width: Pixels across, of the largest one.
    ///   - height: Pixels down, of the largest one.
    /// - Throws: As ``image(of:)``, and `MemoryError`.
    @discardableResult
    package func size(of count: Int, width: Int, height: Int) throws -> (width: Int, height: Int) {
        guard count > 0, columns > 0, (0...4096).contains(gap), (1...4096).contains(scale) else {
            throw ImageError.impossible(
                operation: "lay out pictures",
                reason: "\(count) pictures, \(columns) columns, a gap of \(gap), scale \(scale)",
                expected: "at least one picture and column, a gap from 0 to 4096, a scale from 1 to 4096")
        }
        let across = min(columns, count)
        let down = (count - 1) / across + 1
        // Sums of products that no integer holds stay at the largest one, which is too large a picture.
        func side(_ cells: Int, _ pixels: Int) -> Int {
            (ByteCount((ByteCount(pixels, scale) + ByteCount(gap)).value, cells) + ByteCount(gap)).value
        }
        let size = (width: side(across, width), height: side(down, height))
        try PixelImage.checkSize(width: size.width, height: size.height, name: "a grid of \(count) pictures")
        return size
    }

    /// The pictures, row by row from the upper left. Cells have the size of the largest picture, smaller ones
    /// stand in the middle of theirs; one picture in colour makes all of them RGB.
    ///
    /// - Throws: ``ImageError/impossible(operation:reason:expected:)`` without pictures or with settings out of
    ///   range, ``ImageError/tooLarge(name:width:height:)`` above ``PixelImage/maximumPixels``.
    package func image(of images: [PixelImage]) throws -> PixelImage {
        let largest = (
            width: images.reduce(0) { max($0, $1.width) }, height: images.reduce(0) { max($0, $1.height) }
        )
        let (width, height) = try size(of: images.count, width: largest.width, height: largest.height)
        let across = min(columns, images.count)
        let channels = images.contains { $0.channels == 3 } ? 3 : 1
        let (cellWidth, cellHeight) = (largest.width * scale, largest.height * scale)
        var canvas = [UInt8](repeating: background, count: width * height * channels)
        for (place, original) in images.enumerated() {
            let image = original.converted(toChannels: channels)
            let left = gap + place % across * (cellWidth + gap) + (cellWidth - image.width * scale) / 2
            let top = gap + place / across * (cellHeight + gap) + (cellHeight - image.height * scale) / 2
            draw(image, into: &canvas, width: width, left: left, top: top)
        }
        return PixelImage(trusted: canvas, width: width, height: height, channels: channels)
    }

    private func draw(_ image: PixelImage, into canvas: inout [UInt8], width: Int, left: Int, top: Int) {
        let channels = image.channels
        for y in 0..<(image.height * scale) {
            var target = ((top + y) * width + left) * channels
            let row = y / scale * image.width
            for x in 0..<image.width {
                for _ in 0..<scale {
                    for channel in 0..<channels {
                        canvas[target] = image.pixels[(row + x) * channels + channel]
                        target += 1
                    }
                }
            }
        }
    }
}
