import Metrics
import Testing

@Suite struct ReferenceTests {
    @Test func allCasesAreThere() {
        #expect(ReferenceImages.cases.count == 18)
    }

    @Test(arguments: ReferenceImages.cases)
    func agreesWithPyTorch(_ reference: ReferenceCase) throws {
        let (first, second) = try ReferenceImages.pair(reference)
        #expect([first, second].map { $0.pixels.reduce(0) { $0 + Int($1) } } == reference.checksums)
        expectClose(
            try MeanSquaredError.between(first, second), reference.meanSquaredError, absolute: 1e-15, relative: 1e-12)
        let decibels = try PeakSignalToNoiseRatio.between(first, second)
        if let expected = reference.peakSignalToNoiseRatio {
            expectClose(decibels, expected, absolute: 1e-9, relative: 1e-12)
        } else {
            #expect(decibels == .infinity)
        }
        expectClose(
            try StructuralSimilarity.between(first, second), reference.structuralSimilarity, absolute: 2e-6,
            relative: 2e-6)
        expectClose(
            try MultiScaleStructuralSimilarity.between(first, second), reference.multiScaleStructuralSimilarity,
            absolute: 5e-6, relative: 5e-6)
    }

    @Test func similarityIsSymmetric() throws {
        let reference = try #require(ReferenceImages.cases.first { $0.distortion == "blocks" })
        let (first, second) = try ReferenceImages.pair(reference)
        let forward = try #require(try StructuralSimilarity.between(first, second))
        let backward = try #require(try StructuralSimilarity.between(second, first))
        expectClose(forward, backward, absolute: 1e-6, relative: 0)
    }
}
