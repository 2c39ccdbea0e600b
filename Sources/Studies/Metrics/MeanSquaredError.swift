import Foundation

/// The mean of squared differences of two images on [0, 1].
///
/// Agrees with `torch.nn.functional.mse_loss(x / 255, y / 255)`; exact up to the last division, as differences of
/// bytes are summed as integers.
package enum MeanSquaredError {
    /// MSE = Σ (x − y)² / (255² · count), in [0, 1].
    ///
    /// - Throws: ``MetricsError/differentShapes(original:other:)``.
    package static func between(_ original: MetricImage, _ other: MetricImage) throws -> Double {
        try original.requireShape(of: other)
        let sum = sumOfSquares(original.pixels, other.pixels)
        return Double(sum) / (255.0 * 255.0 * Double(original.pixels.count))
    }

    /// Σ (x − y)² of bytes.
    static func sumOfSquares(_ first: [UInt8], _ second: [UInt8]) -> UInt64 {
        // 65,536 squares of at most 255² fit 32 bits, which vectors add twice as fast as 64.
        let block = 65536
        return first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                var total: UInt64 = 0
                var start = 0
                while start < first.count {
                    let end = min(start + block, first.count)
                    var sum: UInt32 = 0
                    for index in start..<end {
                        let difference = Int32(first[index]) &- Int32(second[index])
                        sum &+= UInt32(truncatingIfNeeded: difference &* difference)
                    }
                    total += UInt64(sum)
                    start = end
                }
                return total
            }
        }
    }
}
