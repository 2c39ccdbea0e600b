import Images

/// Hand-drawn looking digits, made on the spot: a data set that needs no files.
///
/// Each item is a function of (split, index) alone, in arithmetic that gives the same bits on every machine.
/// Strokes are turned, slanted, scaled, moved, made thicker or thinner and a little uneven. With one channel,
/// white on black as in MNIST; with three, hues that run across the picture.
package struct GlyphDataset: ImageDataset {
    /// The number of images.
    package let count: Int
    /// The shape of every image.
    package let shape: ImageShape
    /// `0` to `9`.
    package let classNames = (0...9).map(String.init)
    private let split: Split

    /// Digits of a given shape; 60,000 to learn from and 10,000 to measure on unless `count` says otherwise.
    ///
    /// - Parameters:
    ///   - shape: 1 or 3 channels, sides of at least 8.
    ///   - split: Both splits are drawn from the same distribution, no image is in both.
    ///   - count: The number of images.
    /// - Throws: ``DatasetError/invalidSetting(name:value:expected:)``.
    package init(
        shape: ImageShape = ImageShape(channels: 1, height: 28, width: 28), split: Split, count: Int? = nil
    ) throws {
        try shape.check(smallest: 8)
        let count = count ?? Self.count(split)
        guard count > 0 else {
            throw DatasetError.invalidSetting(name: "count", value: "\(count)", expected: "1 or more images")
        }
        self.shape = shape
        self.split = split
        self.count = count
    }

    /// The digit; the classes take turns.
    package func label(at index: Int) -> Int? { index % 10 }

    /// The image; there is nothing to crop.
    ///
    /// - Throws: Nothing.
    package func item(at index: Int, crop: Crop) throws -> PixelImage {
        var generator = SeededGenerator(seed: 0, stream: "glyphs.\(split.rawValue)", step: UInt64(index))
        let coverage = draw(index % 10, &generator)
        let pixels =
            shape.channels == 1
            ? coverage.map { UInt8($0 * 255 + 0.5) }
            : GlyphPaint(&generator).colour(coverage, width: shape.width, height: shape.height)
        return try PixelImage(width: shape.width, height: shape.height, channels: shape.channels, pixels: pixels)
    }

    /// The split and the number in it.
    package func name(at index: Int) -> String { "glyphs.\(split.rawValue)#\(index)" }

    /// Both splits, where they have their usual sizes.
    package var summary: DatasetSummary {
        let other: Split = split == .train ? .test : .train
        return DatasetSummary(
            images: [split: count, other: Self.count(other)], classNames: classNames, labels: "drawn by the program")
    }

    /// Of the first images, which stand for the way in which glyphs are drawn.
    ///
    /// - Throws: `DigestError`.
    package func fingerprint() throws -> DatasetFingerprint {
        var digest = try DatasetFingerprint.Digest(images: count)
        try digest.add(name: "glyphs.\(split.rawValue)", size: shape.byteCount)
        for index in 0..<min(count, 10) { try digest.add(content: item(at: index, crop: .centre).pixels) }
        return try digest.finish()
    }

    private static func count(_ split: Split) -> Int { split == .train ? 60_000 : 10_000 }

    private func draw(_ digit: Int, _ generator: inout SeededGenerator) -> [Float] {
        let side = Float(min(shape.width, shape.height))
        // A turn without sine and cosine, whose last bits differ between systems: t is the tangent of half of it.
        let t = generator.between(-0.13, 0.13)
        let (cosine, sine) = ((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t))
        let slant = generator.between(-0.1, 0.3)
        let tall = side * generator.between(0.54, 0.66)
        let wide = side * generator.between(0.36, 0.5)
        let right = Float(shape.width) / 2 + side * generator.between(-0.05, 0.05)
        let down = Float(shape.height) / 2 + side * generator.between(-0.05, 0.05)
        var pen = GlyphPen(
            width: shape.width, height: shape.height, radius: side * generator.between(0.028, 0.062))
        let bend = (generator.between(-0.12, 0.12), generator.between(-0.12, 0.12))
        for stroke in GlyphOutlines.digits[digit] {
            let placed = stroke.map { point -> GlyphOutlines.Point in
                let (x0, y0) = (point.x - 0.5, point.y - 0.5)
                // Bent a little, as no two hands write the same.
                let x = (x0 + bend.0 * (4 * y0 * y0 - 0.5)) * wide
                let y = (y0 + bend.1 * (4 * x0 * x0 - 0.5) * 0.5) * tall
                let slanted = x - slant * y
                return GlyphOutlines.Point(
                    x: right + cosine * slanted - sine * y, y: down + sine * slanted + cosine * y)
            }
            for (a, b) in zip(placed, placed.dropFirst()) { pen.line(from: a, to: b) }
        }
        return pen.coverage()
    }
}

extension SeededGenerator {
    /// A number in [`low`, `high`).
    mutating func between(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * (Float(next() >> 40) * 0x1p-24)
    }
}
