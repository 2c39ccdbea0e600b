import Datasets
import Foundation
import Priors
import Testing

@Suite("Drawing of codes")
struct CodeDrawingTests {
    private let logits: [Float] = [0.3, -1.2, 2.1, 0.3, -4, 1.7, 0, 0.9]

    /// How often each code was drawn, out of `count`.
    private func frequencies(_ settings: SamplingSettings, count: Int = 40_000) throws -> [Double] {
        var drawing = try CodeDrawing(settings, choices: logits.count)
        var generator = SeededGenerator(seed: 3, stream: "drawing")
        var counts = [Double](repeating: 0, count: logits.count)
        for _ in 0..<count {
            let code = drawing.draw(logits, uniform: generator.uniform())
            counts[try #require(code)] += 1
        }
        return counts
    }

    private func draw(
        _ logits: [Float], _ uniform: Double, _ settings: SamplingSettings = SamplingSettings(), stride: Int = 1
    ) throws -> Int? {
        var drawing = try CodeDrawing(settings, choices: logits.count / stride)
        return drawing.draw(logits, stride: stride, uniform: uniform)
    }

    private func softmax(_ temperature: Double) -> [Double] {
        let weights = logits.map { exp(Double($0) / temperature) }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }

    /// Pearson's statistic is below the value that one in ten thousand exceeds, at seven degrees of freedom; what
    /// cannot be drawn never is.
    private func expectFits(_ counts: [Double], _ shares: [Double]) {
        let total = counts.reduce(0, +)
        let weight = shares.reduce(0, +)
        var statistic = 0.0
        for (count, share) in zip(counts, shares) {
            let expected = share / weight * total
            if expected == 0 {
                #expect(count == 0)
            } else {
                statistic += (count - expected) * (count - expected) / expected
            }
        }
        #expect(statistic < 29.9)
    }

    @Test("Draws follow the softmax of logits over temperature", arguments: [1, 0.7, 2.5])
    func distribution(_ temperature: Double) throws {
        try expectFits(frequencies(SamplingSettings(temperature: temperature)), softmax(temperature))
    }

    @Test("Top-k keeps the most probable codes; of equals the lower")
    func topK() throws {
        let shares = softmax(1)
        var kept = shares
        for code in [0, 1, 3, 4, 6] { kept[code] = 0 }
        try expectFits(frequencies(SamplingSettings(topK: 3)), kept)
        kept[0] = shares[0]
        try expectFits(frequencies(SamplingSettings(topK: 4)), kept)
        try expectFits(frequencies(SamplingSettings(topK: 100)), shares)
    }

    @Test("Top-p keeps the fewest codes that have the share together")
    func topP() throws {
        // In order: 2, 5, 7, 0, 3, 6, 1, 4.
        let shares = softmax(1)
        var kept = [Double](repeating: 0, count: 8)
        var sum = 0.0
        for code in [2, 5, 7] {
            kept[code] = shares[code]
            sum += shares[code]
        }
        try expectFits(frequencies(SamplingSettings(topP: sum - 1e-9)), kept)
        kept[0] = shares[0]
        try expectFits(frequencies(SamplingSettings(topP: sum + 1e-9)), kept)
        try expectFits(frequencies(SamplingSettings(topP: 1)), shares)
        var best = [Double](repeating: 0, count: 8)
        best[2] = 1
        try expectFits(frequencies(SamplingSettings(topP: 1e-9)), best)
    }

    @Test("Temperature comes first, then top-k, then top-p over what is left")
    func order() throws {
        let shares = softmax(0.5)
        // Of codes 2, 5 and 7 together, 2 and 5 have 0.97: enough for 0.9 of these, whatever they are of all.
        let left = shares[2] + shares[5] + shares[7]
        #expect(shares[2] / left < 0.9 && (shares[2] + shares[5]) / left > 0.9)
        #expect(shares[2] + shares[5] < 0.95 * left)
        var kept = [Double](repeating: 0, count: 8)
        kept[2] = shares[2]
        kept[5] = shares[5]
        try expectFits(frequencies(SamplingSettings(temperature: 0.5, topK: 3, topP: 0.9)), kept)
    }

    @Test("No temperature, or one code to choose from, is the most probable code; of equals the lower")
    func greedy() throws {
        for settings in [
            SamplingSettings(temperature: 0), SamplingSettings(topK: 1), SamplingSettings(temperature: 1e-300),
            SamplingSettings(temperature: 0, topK: 5, topP: 0.5),
        ] {
            for uniform in [0, 0.5, 0.999_999] { #expect(try draw(logits, uniform, settings) == 2) }
            #expect(try draw([1, 3, 3, 0, 3, 2, 1, 0], 0, settings) == 1)
        }
    }

    @Test("Logits may lie between others'; the ends of the uniform numbers are codes")
    func ends() throws {
        #expect(try draw([0, 9, 0, 9, 0, 9], 0, stride: 2) == 0)
        #expect(try draw([0, 9, 0, 9, 0, 9], 1 - 0x1p-53, stride: 2) == 2)
        #expect(try draw([0, 0, -2000], 1 - 0x1p-53) == 1)
        #expect(try draw([-2000, 0, 0], 0) == 1)
    }

    @Test("What is not finite is not drawn from", arguments: [Float.nan, .infinity, -.infinity])
    func notFinite(_ value: Float) throws {
        for settings in [SamplingSettings(), SamplingSettings(temperature: 0), SamplingSettings(topK: 2)] {
            #expect(try draw([0, value, 1], 0.5, settings) == nil)
        }
    }
}
