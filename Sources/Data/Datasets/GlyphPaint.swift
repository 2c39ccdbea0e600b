/// Colours for a drawn digit: two hues behind it and two for itself, light on dark or dark on light.
struct GlyphPaint {
    /// Red, green and blue in the first three places, 0 to 1.
    private typealias Colour = SIMD4<Float>
    private let behind: (Colour, Colour)
    private let front: (Colour, Colour)
    private let direction: (x: Float, y: Float)

    init(_ generator: inout SeededGenerator) {
        let isLightOnDark = generator.next() >> 63 == 0
        let hue = generator.between(0, 6)
        let otherHue = hue + generator.between(1.5, 4.5)
        func pair(_ hue: Float, isLight: Bool) -> (Colour, Colour) {
            let drift = generator.between(-0.8, 0.8)
            // Light colours are pale and dark ones are strong, so that they stay apart in brightness.
            let saturation = isLight ? generator.between(0.15, 0.55) : generator.between(0.5, 1)
            let value = isLight ? generator.between(0.85, 1) : generator.between(0.2, 0.5)
            let otherValue = value * generator.between(0.75, 1)
            return (Self.rgb(hue, saturation, value), Self.rgb(hue + drift, saturation, otherValue))
        }
        behind = pair(hue, isLight: !isLightOnDark)
        front = pair(otherHue, isLight: isLightOnDark)
        direction = (generator.between(-1, 1), generator.between(-1, 1))
    }

    /// The picture, [H, W, 3].
    func colour(_ coverage: [Float], width: Int, height: Int) -> [UInt8] {
        // The shares of both ends of each pair along the direction, 0 to 1 over the picture.
        let length = abs(direction.x) + abs(direction.y) + 1e-6
        let (stepX, stepY) = (direction.x / (length * Float(width)), direction.y / (length * Float(height)))
        let start = 0.5 - (stepX * Float(width) + stepY * Float(height)) / 2
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                let share = start + stepX * (Float(x) + 0.5) + stepY * (Float(y) + 0.5)
                let back = behind.0 + (behind.1 - behind.0) * share
                let fore = front.0 + (front.1 - front.0) * share
                let mixed = (back + (fore - back) * coverage[y * width + x]).clamped(
                    lowerBound: .zero, upperBound: .one)
                for channel in 0..<3 { pixels.append(UInt8(mixed[channel] * 255 + 0.5)) }
            }
        }
        return pixels
    }

    /// Hue in sixths of the circle (any number), saturation and value in [0, 1].
    private static func rgb(_ hue: Float, _ saturation: Float, _ value: Float) -> Colour {
        func channel(_ shift: Float) -> Float {
            var k = (hue + shift).truncatingRemainder(dividingBy: 6)
            if k < 0 { k += 6 }
            return value - value * saturation * max(0, min(min(k, 4 - k), 1))
        }
        return Colour(channel(5), channel(3), channel(1), 0)
    }
}
