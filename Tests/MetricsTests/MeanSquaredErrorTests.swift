import Metrics
import Testing

@Suite struct MeanSquaredErrorTests {
    @Test func isOneBetweenBlackAndWhite() throws {
        // More than one block of 32-bit sums, and the largest squares there are.
        let count = 300 * 300 * 3
        let black = try MetricImage(
            width: 300, height: 300, channels: 3, pixels: [UInt8](repeating: 0, count: count))
        let white = try MetricImage(
            width: 300, height: 300, channels: 3, pixels: [UInt8](repeating: 255, count: count))
        #expect(try MeanSquaredError.between(black, white) == 1)
        #expect(try PeakSignalToNoiseRatio.between(black, white) == 0)
        #expect(try PeakSignalToNoiseRatio.between(white, white) == .infinity)
    }

    @Test func countsOneWrongValue() throws {
        let first = try MetricImage(width: 2, height: 2, channels: 1, pixels: [10, 20, 30, 40])
        let second = try MetricImage(width: 2, height: 2, channels: 1, pixels: [10, 20, 30, 91])
        #expect(abs(try MeanSquaredError.between(first, second) - 0.04 / 4) < 1e-15)
    }

    @Test func namesDifferentShapes() throws {
        let first = try MetricImage(width: 2, height: 1, channels: 1, pixels: [1, 2])
        let second = try MetricImage(width: 1, height: 2, channels: 1, pixels: [1, 2])
        #expect(throws: MetricsError.differentShapes(original: "2×1×1", other: "1×2×1")) {
            try MeanSquaredError.between(first, second)
        }
        #expect(throws: MetricsError.self) { try StructuralSimilarity.between(first, second) }
        #expect(throws: MetricsError.self) { try MultiScaleStructuralSimilarity.between(first, second) }
    }

    @Test func refusesPixelsThatDoNotFit() {
        #expect(throws: MetricsError.wrongPixelCount(found: 3, width: 2, height: 2, channels: 1)) {
            try MetricImage(width: 2, height: 2, channels: 1, pixels: [1, 2, 3])
        }
        #expect(throws: MetricsError.self) { try MetricImage(width: 0, height: 2, channels: 1, pixels: []) }
        #expect(throws: MetricsError.self) { try MetricImage(width: -1, height: -1, channels: 1, pixels: [1]) }
        #expect(throws: MetricsError.self) { try MetricImage(width: .max, height: 2, channels: 3, pixels: [1]) }
    }
}
