/// SSIM, the structural similarity of two images (Wang, Bovik, Sheikh, Simoncelli 2004).
///
/// Gaussian window 11×11, σ 1.5, whole windows only; K₁ 0.01, K₂ 0.03, data range 1; mean over windows and channels.
/// Agrees with `pytorch_msssim.ssim(x, y, data_range=1)` within 5·10⁻⁶: that function rounds its window to 32 bits.
package enum StructuralSimilarity {
    /// SSIM = mean of (2 μx μy + C₁)(2 σxy + C₂) / ((μx² + μy² + C₁)(σx² + σy² + C₂)); 1 for equal images.
    ///
    /// - Returns: A value in [−1, 1], or nil where a side is under 11 pixels, as no whole window fits.
    /// - Throws: ``MetricsError/differentShapes(original:other:)``.
    package static func between(_ original: MetricImage, _ other: MetricImage) throws -> Double? {
        try original.requireShape(of: other)
        guard min(original.width, original.height) >= GaussianWindow.size else { return nil }
        var sum = 0.0
        for channel in 0..<original.channels {
            sum += means(Plane(original, channel: channel), Plane(other, channel: channel)).similarity
        }
        return sum / Double(original.channels)
    }

    /// The mean of SSIM over all windows, and of its contrast and structure factor alone.
    struct Means {
        var similarity: Double
        var contrast: Double
    }

    /// The means of one channel, whose sides are at least 11.
    static func means(_ x: Plane, _ y: Plane) -> Means {
        let width = x.width
        let height = x.height
        let count = width * height
        let newWidth = width - GaussianWindow.size + 1
        let newCount = newWidth * (height - GaussianWindow.size + 1)
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: count + newWidth * height + 5 * newCount) {
            memory in
            memory.initialize(repeating: 0)
            let source = UnsafeMutableBufferPointer(rebasing: memory[..<count])
            let rows = UnsafeMutableBufferPointer(rebasing: memory[count..<count + newWidth * height])
            let moments = (0..<5).map { index in
                let start = count + newWidth * height + index * newCount
                return UnsafeMutableBufferPointer(rebasing: memory[start..<start + newCount])
            }
            x.values.withUnsafeBufferPointer { x in
                y.values.withUnsafeBufferPointer { y in
                    // Variances are differences of two moments. Around 0.5 the moments are small, and so is what a
                    // 32-bit float loses in the difference.
                    for i in 0..<count { source[i] = x[i] - 0.5 }
                    GaussianWindow.filter(source, width: width, height: height, rows: rows, result: moments[0])
                    for i in 0..<count { source[i] = y[i] - 0.5 }
                    GaussianWindow.filter(source, width: width, height: height, rows: rows, result: moments[1])
                    for i in 0..<count { source[i] = (x[i] - 0.5) * (x[i] - 0.5) }
                    GaussianWindow.filter(source, width: width, height: height, rows: rows, result: moments[2])
                    for i in 0..<count { source[i] = (y[i] - 0.5) * (y[i] - 0.5) }
                    GaussianWindow.filter(source, width: width, height: height, rows: rows, result: moments[3])
                    for i in 0..<count { source[i] = (x[i] - 0.5) * (y[i] - 0.5) }
                    GaussianWindow.filter(source, width: width, height: height, rows: rows, result: moments[4])
                }
            }
            return means(moments, width: newWidth)
        }
    }

    /// The means of the five filtered moments: x, y, x², y², xy, all of values less 0.5.
    private static func means(_ moments: [UnsafeMutableBufferPointer<Float>], width: Int) -> Means {
        let (x, y, xx, yy, xy) = (moments[0], moments[1], moments[2], moments[3], moments[4])
        let c1: Float = 0.01 * 0.01
        let c2: Float = 0.03 * 0.03
        var total = Means(similarity: 0, contrast: 0)
        var start = 0
        while start < x.count {
            let end = start + width
            // Sums of a row in 32 bits, of rows in 64.
            var similarity: Float = 0
            var contrast: Float = 0
            for i in start..<end {
                let variances = xx[i] - x[i] * x[i] + (yy[i] - y[i] * y[i])
                let covariance = xy[i] - x[i] * y[i]
                let meanX = x[i] + 0.5
                let meanY = y[i] + 0.5
                let structure = (2 * covariance + c2) / (variances + c2)
                contrast += structure
                similarity += structure * (2 * meanX * meanY + c1) / (meanX * meanX + meanY * meanY + c1)
            }
            total.similarity += Double(similarity)
            total.contrast += Double(contrast)
            start = end
        }
        return Means(
            similarity: total.similarity / Double(x.count), contrast: total.contrast / Double(x.count))
    }
}
