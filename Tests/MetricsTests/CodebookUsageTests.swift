import Metrics
import Testing

@Suite struct CodebookUsageTests {
    @Test func countsEachLayer() throws {
        var usage = CodebookUsage(codewords: [4, 16])
        #expect(usage.layers.map(\.perplexity) == [0, 0])
        try usage.add([0, 1, 2, 3, 0, 1, 2, 3], layer: 0)
        try usage.add([5, 5, 5, 5], layer: 1)
        let layers = usage.layers
        #expect(layers.map(\.used) == [4, 1])
        #expect(layers.map(\.codewords) == [4, 16])
        #expect(layers.map(\.share) == [1, 1.0 / 16])
        expectClose(layers[0].perplexity, 4, absolute: 1e-12, relative: 0)
        expectClose(layers[1].perplexity, 1, absolute: 1e-12, relative: 0)
    }

    @Test func perplexityIsTheExponentialOfEntropy() {
        // p = 1/2, 1/4, 1/4: 1.5 bits.
        expectClose(CodebookUsage.perplexity([2, 1, 1, 0]), 2.8284271247461903, absolute: 1e-12, relative: 0)
    }

    @Test func mergesAndResets() throws {
        var first = CodebookUsage(codewords: [2])
        var second = CodebookUsage(codewords: [2])
        try first.add([0], layer: 0)
        try second.add([1, 1], layer: 0)
        try first.merge(second)
        #expect(first.counts == [[1, 2]])
        first.reset()
        #expect(first.counts == [[0, 0]])
        #expect(throws: MetricsError.differentCodebooks(mine: [2], theirs: [2, 4])) {
            try first.merge(CodebookUsage(codewords: [2, 4]))
        }
    }

    @Test func refusesWhatIsNotThere() throws {
        var usage = CodebookUsage(codewords: [4])
        #expect(throws: MetricsError.unknownCodeword(index: 4, layer: 0, codewords: 4)) {
            try usage.add([1, 4], layer: 0)
        }
        #expect(throws: MetricsError.unknownCodeword(index: -1, layer: 0, codewords: 4)) {
            try usage.add([-1], layer: 0)
        }
        #expect(throws: MetricsError.unknownLayer(layer: 1, layers: 1)) { try usage.add([0], layer: 1) }
        #expect(usage.counts == [[0, 0, 0, 0]])
    }
}

@Suite struct RateTests {
    @Test func matchesThePaper() {
        let hierarchical = Rate(
            codes: [.init(positions: 32 * 32, bitsPerPosition: 9)], width: 256, height: 256, channels: 3)
        expectClose(hierarchical.compression, 170.6667, absolute: 1e-4, relative: 0)
        expectClose(hierarchical.bitsPerPixel, 9216.0 / 65536, absolute: 1e-12, relative: 0)
        let levels = Rate(
            codes: [32 * 32, 16 * 16, 8 * 8].map { .init(positions: $0, bitsPerPosition: 9) }, width: 256, height: 256,
            channels: 3)
        expectClose(levels.compression, 130.03, absolute: 0.01, relative: 0)
    }
}
