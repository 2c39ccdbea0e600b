import Foundation

/// The window of SSIM: 11 weights of a Gaussian of σ 1.5 that sum to 1, applied to rows and then to columns.
enum GaussianWindow {
    /// Pixels a side.
    static let size = 11

    /// The weights.
    static let weights: [Float] = {
        let exponentials = (0..<size).map { index in
            let distance = Double(index - size / 2)
            return exp(-distance * distance / (2 * 1.5 * 1.5))
        }
        let sum = exponentials.reduce(0, +)
        return exponentials.map { Float($0 / sum) }
    }()

    /// Weighted means of all whole windows inside `width`×`height` values; (width − 10)×(height − 10) of them.
    ///
    /// - Parameters:
    ///   - source: The values, row by row.
    ///   - rows: Room for (width − 10)·height values.
    ///   - result: Room for (width − 10)·(height − 10) values.
    static func filter(
        _ source: UnsafeMutableBufferPointer<Float>, width: Int, height: Int,
        rows: UnsafeMutableBufferPointer<Float>, result: UnsafeMutableBufferPointer<Float>
    ) {
        let newWidth = width - size + 1
        let newHeight = height - size + 1
        for row in 0..<height {
            accumulate(source, from: row * width, stride: 1, rows, at: row * newWidth, count: newWidth)
        }
        // Two neighbouring rows are `newWidth` values apart, so the whole plane is one run of sums.
        accumulate(rows, from: 0, stride: newWidth, result, at: 0, count: newWidth * newHeight)
    }

    /// result[at + i] = Σ_k weights[k] · source[from + i + k·stride].
    @inline(__always)
    private static func accumulate(
        _ source: UnsafeMutableBufferPointer<Float>, from: Int, stride: Int,
        _ result: UnsafeMutableBufferPointer<Float>, at: Int, count: Int
    ) {
        weights.withUnsafeBufferPointer { weights in
            let (w0, w1, w2) = (weights[0], weights[1], weights[2])
            let (w3, w4, w5) = (weights[3], weights[4], weights[5])
            // The window is symmetric, so that values at equal distances share a product. Spelt out, because the
            // loop over i is then one pass that the compiler turns into vectors.
            for i in 0..<count {
                let p = from + i
                let s0 = source[p] + source[p + 10 * stride]
                let s1 = source[p + stride] + source[p + 9 * stride]
                let s2 = source[p + 2 * stride] + source[p + 8 * stride]
                let s3 = source[p + 3 * stride] + source[p + 7 * stride]
                let s4 = source[p + 4 * stride] + source[p + 6 * stride]
                let s5 = source[p + 5 * stride]
                result[at + i] = w0 * s0 + w1 * s1 + w2 * s2 + w3 * s3 + w4 * s4 + w5 * s5
            }
        }
    }
}
