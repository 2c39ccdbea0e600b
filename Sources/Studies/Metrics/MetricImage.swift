/// An 8-bit image to measure: rows from the top, pixels from the left, channels side by side.
///
/// Metrics read it on [0, 1], as value / 255.
package struct MetricImage: Sendable, Equatable {
    /// Pixels from left to right.
    package let width: Int
    /// Pixels from top to bottom.
    package let height: Int
    /// Values a pixel: 1 for grey, 3 for colour.
    package let channels: Int
    /// All values, [height, width, channels].
    package let pixels: [UInt8]

    /// Names the shape of pixels.
    ///
    /// - Throws: ``MetricsError/wrongPixelCount(found:width:height:channels:)``; every side is at least 1.
    package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) throws {
        let (area, overflows) = width.multipliedReportingOverflow(by: height)
        let (count, overflowsToo) = area.multipliedReportingOverflow(by: channels)
        guard width >= 1, height >= 1, channels >= 1, !overflows, !overflowsToo, pixels.count == count else {
            throw MetricsError.wrongPixelCount(
                found: pixels.count, width: width, height: height, channels: channels)
        }
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// The shape in words, as errors say it.
    var shape: String { "\(width)×\(height)×\(channels)" }

    /// Checks that two images can be compared.
    ///
    /// - Throws: ``MetricsError/differentShapes(original:other:)``.
    func requireShape(of other: MetricImage) throws {
        guard width == other.width, height == other.height, channels == other.channels else {
            throw MetricsError.differentShapes(original: shape, other: other.shape)
        }
    }
}
