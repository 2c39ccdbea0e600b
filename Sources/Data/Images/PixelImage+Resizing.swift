extension PixelImage {
    /// The image at another size, antialiased: Pillow's `Image.resize((width, height), BICUBIC or BILINEAR)`.
    ///
    /// Two passes; when shrinking, the filter is widened by the shrink factor. Arithmetic and the order of the
    /// passes are those of Pillow 13 (8-bit fixed point), so that results agree with it bit for bit.
    ///
    /// - Throws: ``ImageError/impossible(operation:reason:expected:)`` for a side below 1,
    ///   ``ImageError/tooLarge(name:width:height:)`` above `maximumPixels`.
    public func resized(width newWidth: Int, height newHeight: Int, filter: ResizeFilter = .bicubic) throws
        -> PixelImage
    {
        try resized(
            PixelRegion(x: 0, y: 0, width: Double(width), height: Double(height)), width: newWidth, height: newHeight,
            filter: filter)
    }

    /// A part of the image at another size: Pillow's `Image.resize` with a `box`.
    func resized(_ region: PixelRegion, width newWidth: Int, height newHeight: Int, filter: ResizeFilter) throws
        -> PixelImage
    {
        guard newWidth > 0, newHeight > 0 else {
            throw ImageError.impossible(
                operation: "resize", reason: "\(newWidth)x\(newHeight) was asked for", expected: "sides of at least 1")
        }
        // The image between both passes counts as well.
        let name = "resized image"
        try Self.checkSize(width: newWidth, height: newHeight, name: name)
        try Self.checkSize(width: newWidth, height: height, name: name)
        try Self.checkSize(width: width, height: newHeight, name: name)
        var image = self
        // Values are clipped to 8 bits between both passes, so their order shows in the result: Pillow 13 begins
        // with the columns where the height shrinks by more than twice the pixels of the width, older ones never.
        let isWhole = region == PixelRegion(x: 0, y: 0, width: Double(width), height: Double(height))
        func columns(of image: PixelImage) -> PixelImage {
            image.resampledColumns(
                ResamplingWeights(
                    from: height, start: region.y, extent: region.height, to: newHeight, filter: filter))
        }
        let columnsFirst = newHeight < height && height - newHeight > 2 * (width - newWidth)
        if columnsFirst {
            image = columns(of: image)
        }
        if newWidth != width || !isWhole {
            image = image.resampledRows(
                ResamplingWeights(from: width, start: region.x, extent: region.width, to: newWidth, filter: filter))
        }
        if newHeight != height || !isWhole, !columnsFirst {
            image = columns(of: image)
        }
        return image
    }

    /// The image scaled so that its shorter side is `side`: torchvision's `Resize(side)` (the longer side is
    /// rounded down).
    ///
    /// - Throws: As ``resized(width:height:filter:)``.
    public func resizedShortestSide(to side: Int, filter: ResizeFilter = .bicubic) throws -> PixelImage {
        try resizedToCover(width: side, height: side, filter: filter)
    }

    /// The image scaled, its aspect ratio kept, to the smallest size that covers `coverWidth` x `coverHeight`.
    ///
    /// - Throws: As ``resized(width:height:filter:)``.
    package func resizedToCover(width coverWidth: Int, height coverHeight: Int, filter: ResizeFilter = .bicubic)
        throws -> PixelImage
    {
        let size = try Self.sizeToCover(width: coverWidth, height: coverHeight, of: (width, height))
        return try resized(width: size.width, height: size.height, filter: filter)
    }

    /// The smallest size that covers `coverWidth` x `coverHeight` with the aspect ratio of a picture.
    static func sizeToCover(
        width coverWidth: Int, height coverHeight: Int, of picture: (width: Int, height: Int)
    ) throws -> (width: Int, height: Int) {
        let (width, height) = picture
        let (across, acrossOverflow) = coverWidth.multipliedReportingOverflow(by: height)
        let (down, downOverflow) = coverHeight.multipliedReportingOverflow(by: width)
        guard !acrossOverflow, !downOverflow else {
            throw ImageError.tooLarge(name: "resized image", width: coverWidth, height: coverHeight)
        }
        if across >= down {  // the width decides
            return (coverWidth, max(coverHeight, across / width))
        }
        return (max(coverWidth, down / height), coverHeight)
    }

    private func resampledRows(_ plan: ResamplingWeights) -> PixelImage {
        let newWidth = plan.starts.count
        let half = Int32(1) << (ResamplingWeights.precision - 1)
        let result = [UInt8](unsafeUninitializedCapacity: newWidth * height * channels) { target, filled in
            pixels.withUnsafeBufferPointer { source in
                plan.weights.withUnsafeBufferPointer { weights in
                    for y in 0..<height {
                        for x in 0..<newWidth {
                            let first = weights.baseAddress.unsafelyUnwrapped + x * plan.stride
                            let line = source.baseAddress.unsafelyUnwrapped + (y * width + plan.starts[x]) * channels
                            let place = (y * newWidth + x) * channels
                            if channels == 1 {
                                var sum = half
                                for k in 0..<plan.counts[x] { sum &+= Int32(line[k]) &* first[k] }
                                target[place] = Self.clipped(sum)
                            } else {
                                var (red, green, blue) = (half, half, half)
                                for k in 0..<plan.counts[x] {
                                    red &+= Int32(line[k &* 3]) &* first[k]
                                    green &+= Int32(line[k &* 3 &+ 1]) &* first[k]
                                    blue &+= Int32(line[k &* 3 &+ 2]) &* first[k]
                                }
                                target[place] = Self.clipped(red)
                                target[place + 1] = Self.clipped(green)
                                target[place + 2] = Self.clipped(blue)
                            }
                        }
                    }
                }
            }
            filled = newWidth * height * channels
        }
        return PixelImage(trusted: result, width: newWidth, height: height, channels: channels)
    }

    private func resampledColumns(_ plan: ResamplingWeights) -> PixelImage {
        let newHeight = plan.starts.count
        let row = width * channels
        let half = Int32(1) << (ResamplingWeights.precision - 1)
        var sums = [Int32](repeating: 0, count: row)
        let result = [UInt8](unsafeUninitializedCapacity: row * newHeight) { target, filled in
            pixels.withUnsafeBufferPointer { source in
                sums.withUnsafeMutableBufferPointer { sums in
                    for y in 0..<newHeight {
                        sums.update(repeating: half)
                        for k in 0..<plan.counts[y] {
                            let weight = plan.weights[y * plan.stride + k]
                            let line = source.baseAddress.unsafelyUnwrapped + (plan.starts[y] + k) * row
                            for x in 0..<row { sums[x] &+= Int32(line[x]) &* weight }
                        }
                        for x in 0..<row { target[y * row + x] = Self.clipped(sums[x]) }
                    }
                }
            }
            filled = row * newHeight
        }
        return PixelImage(trusted: result, width: width, height: newHeight, channels: channels)
    }

    @inline(__always)
    private static func clipped(_ sum: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: min(max(sum >> ResamplingWeights.precision, 0), 255))
    }
}
