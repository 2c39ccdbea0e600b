import TensorTestSupport
import Testing
import Torch

@testable import Features

@Suite("Statistics of features and their distance")
struct FrechetTests {
    private func samples(_ count: Int, _ dimension: Int, seed: UInt64) throws -> Tensor {
        try Tensor.normal([count, dimension], generator: Generator(seed: seed)).to(.float64)
    }

    private func statistics(_ samples: Tensor) throws -> FeatureStatistics {
        var statistics = try FeatureStatistics(dimension: samples.size(1))
        try statistics.add(samples)
        return statistics
    }

    private func expectEqual(
        _ left: FeatureStatistics, _ right: FeatureStatistics, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(left.count == right.count, sourceLocation: sourceLocation)
        for (a, b) in [(left.mean, right.mean), (try left.covariance(), try right.covariance())] {
            let worst =
                zip(try a.array(of: Double.self), try b.array(of: Double.self))
                .map { abs($0 - $1) / (1e-12 + 1e-11 * abs($1)) }.max() ?? 0
            #expect(worst <= 1, sourceLocation: sourceLocation)
        }
    }

    @Test("Mean, covariance and distance agree with NumPy and SciPy", arguments: ["full", "deficient", "mixed"])
    func agreement(_ name: String) throws {
        let fixture = try Fixture("frechet", in: .module)
        var both: [FeatureStatistics] = []
        for part in ["first", "second"] {
            let statistics = try statistics(fixture["\(name).\(part).samples"])
            let reference = try FeatureStatistics(
                mean: fixture["\(name).\(part).mean"], covariance: fixture["\(name).\(part).covariance"],
                count: statistics.count)
            try expectEqual(statistics, reference)
            both.append(statistics)
        }
        let expected = try fixture["\(name).distance"].array(of: Double.self)[0]
        let found = try FrechetDistance.between(both[0], both[1])
        // The root of a singular product is only good to the root of the rounding error.
        #expect(abs(found - expected) <= 1e-6 + 1e-6 * expected, "\(found), not \(expected)")
        #expect(abs(try FrechetDistance.between(both[1], both[0]) - found) <= 1e-6 + 1e-6 * found)
    }

    @Test("Vectors batch by batch, or in parts that are merged, give the statistics of all at once")
    func streaming() throws {
        // Far from zero, where sums of squares lose their digits.
        let all = try samples(100, 5, seed: 1) + 1e4
        let whole = try statistics(all)
        var streamed = try FeatureStatistics(dimension: 5)
        var parts = try FeatureStatistics(dimension: 5)
        for range in [0..<1, 1..<2, 2..<40, 40..<40, 40..<100] {
            let part = try all.narrowed(axis: 0, range)
            try streamed.add(part)
            try parts.merge(statistics(part))
        }
        let before = streamed
        try streamed.add(samples(3, 5, seed: 2))
        for found in [before, parts] { try expectEqual(found, whole) }
        #expect(streamed.count == 103)
    }

    @Test("Equal sets are at distance 0, shifted ones at the square of the shift, scaled ones at that of the roots")
    func closedForms() throws {
        let first = try samples(60, 8, seed: 3)
        let own = try statistics(first)
        #expect(try FrechetDistance.between(own, own) < 1e-9)
        let shifted = try statistics(first + 0.5)
        #expect(abs(try FrechetDistance.between(own, shifted) - 8 * 0.25) < 1e-9)
        // Σ₂ = 9Σ₁ and equal means: tr(Σ₁)·(3 − 1)².
        let centred = try statistics(first - own.mean)
        let scaled = try statistics((first - own.mean) * 3)
        let trace = (0..<8).map { try? own.covariance().selected(axis: 0, $0).selected(axis: 0, $0).item() }
        let expected = 4 * Double(trace.compactMap { $0 }.reduce(0, +))
        #expect(abs(try FrechetDistance.between(centred, scaled) - expected) < 1e-5 * expected)
        // Fewer vectors than numbers in each.
        let few = try statistics(samples(3, 8, seed: 4))
        #expect(try FrechetDistance.between(few, few) < 1e-6)
    }

    @Test("What has no distance is a typed error, and leaves the statistics as they were")
    func errors() throws {
        var three = try statistics(samples(2, 3, seed: 5))
        let four = try statistics(samples(9, 4, seed: 6))
        #expect(throws: FeaturesError.differentDimensions(first: 3, second: 4)) {
            try FrechetDistance.between(three, four)
        }
        #expect(throws: FeaturesError.differentDimensions(first: 3, second: 4)) { try three.merge(four) }
        for count in 0...1 {
            let few = try statistics(samples(count, 3, seed: 7))
            #expect(throws: FeaturesError.tooFewSamples(found: count)) { try FrechetDistance.between(three, few) }
        }
        #expect(throws: FeaturesError.wrongFeatureShape(found: [9, 4], dimension: 3)) {
            try three.add(samples(9, 4, seed: 8))
        }
        #expect(throws: FeaturesError.notFinite(what: "features")) {
            try three.add(Tensor([0, Float.nan, 0], [1, 3]))
        }
        #expect(three.count == 2)
        #expect(throws: FeaturesError.self) {
            try FeatureStatistics(mean: Tensor.zeros([3]), covariance: Tensor.zeros([3, 2]), count: 5)
        }
        #expect(throws: FeaturesError.tooFewSamples(found: 1)) {
            try FeatureStatistics(mean: Tensor.zeros([3]), covariance: Tensor.zeros([3, 3]), count: 1)
        }
    }
}
