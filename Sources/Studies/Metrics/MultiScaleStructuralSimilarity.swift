import Foundation

/// MS-SSIM, structural similarity over five scales (Wang, Simoncelli, Bovik 2003).
///
/// Agrees with `pytorch_msssim.ms_ssim(x, y, data_range=1)`, its padding of odd sides included, within 5·10⁻⁶: that
/// function rounds its window to 32 bits.
package enum MultiScaleStructuralSimilarity {
    /// The exponent of each scale, the finest first.
    package static let weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]
    /// The shortest side that all scales fit in, in pixels: more than 10 · 2⁴.
    package static let shortestSide = 161

    /// MS-SSIM = Π_{i<5} max(CSᵢ, 0)^wᵢ · max(SSIM₅, 0)^w₅ of each channel, its mean over channels.
    ///
    /// CSᵢ is the mean of the contrast and structure factor at scale i; each scale is the one before at half the size,
    /// by means of 2×2 pixels.
    ///
    /// - Returns: A value in [0, 1], or nil where a side is under 161 pixels.
    /// - Throws: ``MetricsError/differentShapes(original:other:)``.
    package static func between(_ original: MetricImage, _ other: MetricImage) throws -> Double? {
        try withSingleScale(original, other)?.multiScale
    }

    /// MS-SSIM, and the SSIM that its finest scale gives on the way; nil where a side is under 161 pixels.
    static func withSingleScale(
        _ original: MetricImage, _ other: MetricImage
    ) throws -> (multiScale: Double, singleScale: Double)? {
        try original.requireShape(of: other)
        guard min(original.width, original.height) >= shortestSide else { return nil }
        var sum = 0.0
        var finest = 0.0
        for channel in 0..<original.channels {
            var x = Plane(original, channel: channel)
            var y = Plane(other, channel: channel)
            var product = 1.0
            for (scale, weight) in weights.enumerated() {
                let means = StructuralSimilarity.means(x, y)
                let isLast = scale == weights.count - 1
                if scale == 0 { finest += means.similarity }
                product *= pow(max(isLast ? means.similarity : means.contrast, 0), weight)
                if !isLast {
                    x = x.halved()
                    y = y.halved()
                }
            }
            sum += product
        }
        return (sum / Double(original.channels), finest / Double(original.channels))
    }
}
