extension PixelImage {
    /// The part whose upper left pixel is (`x`, `y`).
    ///
    /// - Throws: ``ImageError/impossible(operation:reason:expected:)`` unless the part lies inside the image.
    public func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) throws -> PixelImage {
        guard newWidth > 0, newHeight > 0, x >= 0, y >= 0, newWidth <= width, newHeight <= height,
            x <= width - newWidth, y <= height - newHeight
        else {
            throw ImageError.impossible(
                operation: "crop", reason: "\(newWidth)x\(newHeight) pixels from (\(x), \(y)) were asked for",
                expected: "a part of \(width)x\(height) pixels")
        }
        guard newWidth != width || newHeight != height else { return self }
        var part: [UInt8] = []
        part.reserveCapacity(newWidth * newHeight * channels)
        for row in y..<(y + newHeight) {
            let start = (row * width + x) * channels
            part.append(contentsOf: pixels[start..<(start + newWidth * channels)])
        }
        return PixelImage(trusted: part, width: newWidth, height: newHeight, channels: channels)
    }

    /// The part in the middle, as torchvision's `CenterCrop` places it: see `centre(spareWidth:spareHeight:)`.
    ///
    /// - Throws: ``ImageError/impossible(operation:reason:expected:)`` when the image is smaller.
    public func centreCropped(width newWidth: Int, height newHeight: Int) throws -> PixelImage {
        try cropped(
            x: Self.centreOffset(spare: max(0, width - newWidth)),
            y: Self.centreOffset(spare: max(0, height - newHeight)), width: newWidth, height: newHeight)
    }

    /// How many of `spare` pixels lie on the left of the middle, or above it.
    package static func centreOffset(spare: Int) -> Int { spare / 2 + (spare % 4 == 3 ? 1 : 0) }

    /// The image extended on the right and below to sides that are multiples of `multiple`, repeating its last
    /// column and row; ``cropped(x:y:width:height:)`` from (0, 0) takes the margins away again.
    ///
    /// - Parameters:
    ///   - multiple: What the sides are to be multiples of.
    ///   - extra: Pixels that somebody else adds to each side later: they are counted in, and not made here.
    /// - Throws: ``ImageError/impossible(operation:reason:expected:)`` for a multiple below 1,
    ///   ``ImageError/tooLarge(name:width:height:)`` above `maximumPixels`.
    public func paddedToMultiple(of multiple: Int, around extra: Int = 0) throws -> PixelImage {
        guard multiple > 0, multiple <= Self.maximumPixels, (0...Self.maximumPixels).contains(extra) else {
            throw ImageError.impossible(
                operation: "pad", reason: "a multiple of \(multiple) was asked for",
                expected: "a multiple from 1 to \(Self.maximumPixels)")
        }
        let newWidth = (width + extra + multiple - 1) / multiple * multiple - extra
        let newHeight = (height + extra + multiple - 1) / multiple * multiple - extra
        guard newWidth != width || newHeight != height else { return self }
        try Self.checkSize(width: newWidth, height: newHeight, name: "padded image")
        var padded: [UInt8] = []
        padded.reserveCapacity(newWidth * newHeight * channels)
        for row in 0..<newHeight {
            let start = min(row, height - 1) * width * channels
            let end = start + width * channels
            padded.append(contentsOf: pixels[start..<end])
            for _ in width..<newWidth { padded.append(contentsOf: pixels[(end - channels)..<end]) }
        }
        return PixelImage(trusted: padded, width: newWidth, height: newHeight, channels: channels)
    }

    /// The mirror image, left and right exchanged.
    package func flippedHorizontally() -> PixelImage {
        let flipped = Orientation(exif: 2).applied(to: pixels, width: width, height: height, channels: channels)
        return PixelImage(trusted: flipped.pixels, width: width, height: height, channels: channels)
    }
}

extension PixelImage {
    /// The image with a black border on all four sides.
    ///
    /// - Throws: ``ImageError/tooLarge(name:width:height:)`` above `maximumPixels`.
    package func bordered(by border: Int) throws -> PixelImage {
        guard border > 0 else { return self }
        let (newWidth, newHeight) = (width + 2 * border, height + 2 * border)
        try Self.checkSize(width: newWidth, height: newHeight, name: "bordered image")
        var result = [UInt8](repeating: 0, count: newWidth * newHeight * channels)
        let rowBytes = width * channels
        for row in 0..<height {
            let target = ((row + border) * newWidth + border) * channels
            result.replaceSubrange(
                target..<target + rowBytes, with: pixels[row * rowBytes..<(row + 1) * rowBytes])
        }
        return PixelImage(trusted: result, width: newWidth, height: newHeight, channels: channels)
    }
}
