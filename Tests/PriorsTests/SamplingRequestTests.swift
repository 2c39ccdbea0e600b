import Priors
import Processors
import Testing
import Torch

@Suite("What samplers refuse")
struct SamplingRequestTests {
    private let prior = SampledPrior(
        "conditioned", conditions: SampledPrior.twoLayers, classes: 3, count: 2)

    private func expect(_ error: SamplingError, _ change: (inout SamplingRequest) throws -> Void) throws {
        let network = try prior.makeNetwork()
        var request = try prior.request()
        try change(&request)
        #expect(throws: error) { try IncrementalSampler(network).sample(request) }
        #expect(throws: error) { try ReferenceSampler(network).sample(request) }
        #expect(!error.description.isEmpty)
    }

    @Test("Requests that do not fit the prior")
    func requests() throws {
        try expect(.wrongImageCount(found: 0)) { $0.count = 0 }
        try expect(.wrongImageCount(found: -1)) { $0.count = -1 }
        try expect(.wrongConditionCount(found: 1, expected: 2)) { $0.conditions.removeLast() }
        try expect(.wrongConditionShape(layer: 1, found: [2, 3, 2], expected: [2, 6, 4])) {
            $0.conditions[1] = $0.conditions[0]
        }
        try expect(.codewordOutOfRange(layer: 0, found: 4, choices: 4)) {
            $0.conditions[0] = try Tensor.full([2, 3, 2], 4, .int32)
        }
        try expect(.codewordOutOfRange(layer: 1, found: -1, choices: 16)) {
            $0.conditions[1] = try Tensor.full([2, 6, 4], -1, .int64)
        }
        try expect(.missingLabels(classes: 3)) { $0.labels = nil }
        try expect(.wrongLabelCount(found: 1, expected: 2)) { $0.labels = [0] }
        try expect(.labelOutOfRange(found: 4, classes: 3)) { $0.labels = [0, 4] }
        try expect(.labelOutOfRange(found: -1, classes: 3)) { $0.labels = [-1, 0] }
    }

    @Test("Kept codes that do not fit")
    func keptCodes() throws {
        let codes = try prior.codes
        try expect(.wrongMaskSize(found: 23, positions: 24, images: 2)) {
            $0.kept = KeptCodes(codes: codes, mask: Array(repeating: true, count: 23))
        }
        try expect(.wrongCodeShape(what: "the kept codes", found: [1, 6, 4], expected: [2, 6, 4])) {
            $0.kept = KeptCodes(
                codes: try codes.narrowed(axis: 0, 0..<1), mask: Array(repeating: true, count: 24))
        }
        try expect(.codeOutOfRange(what: "the kept codes", found: 5, choices: 5)) {
            $0.kept = KeptCodes(
                codes: try Tensor.full([2, 6, 4], 5, .int32), mask: (0..<24).map { $0 == 3 })
        }
        // Where nothing is kept, the numbers do not matter.
        var request = try prior.request()
        let sampler = try IncrementalSampler(prior.makeNetwork())
        let free = try sampler.sample(request).array(of: Int32.self)
        request.kept = KeptCodes(
            codes: try Tensor.full([2, 6, 4], 77, .int32), mask: Array(repeating: false, count: 24))
        #expect(try sampler.sample(request).array(of: Int32.self) == free)
    }

    @Test("Labels for a prior without classes, codes of another shape")
    func others() throws {
        let plain = SampledPrior("plain", count: 1)
        let sampler = try IncrementalSampler(plain.makeNetwork())
        var request = try plain.request()
        request.labels = [0]
        #expect(throws: SamplingError.unexpectedLabels) { try sampler.sample(request) }
        #expect(throws: SamplingError.wrongCodeShape(what: "the codes", found: [1, 6], expected: [1, 6, 4])) {
            try sampler.logits(codes: Tensor.zeros([1, 6], .int32))
        }
        #expect(throws: SamplingError.codeOutOfRange(what: "the codes", found: 5, choices: 5)) {
            try sampler.logits(codes: Tensor.full([1, 6, 4], 5, .int32))
        }
    }

    @Test("A kernel that this processor cannot run", .enabled(if: !KernelVariant.allCases.allSatisfy(\.isSupported)))
    func unsupportedKernel() throws {
        let kernel = try #require(KernelVariant.allCases.first { !$0.isSupported })
        #expect(throws: SamplingError.unsupportedKernel(name: kernel.rawValue)) {
            try IncrementalSampler(prior.makeNetwork(), kernel: kernel)
        }
    }

    @Test(
        "Settings out of their range",
        arguments: [
            (SamplingSettings(temperature: -0.1), "temperature", "-0.1"),
            (SamplingSettings(temperature: .nan), "temperature", "nan"),
            (SamplingSettings(temperature: .infinity), "temperature", "inf"),
            (SamplingSettings(topK: 0), "topK", "0"),
            (SamplingSettings(topP: 0), "topP", "0.0"),
            (SamplingSettings(topP: 1.5), "topP", "1.5"),
            (SamplingSettings(topP: .nan), "topP", "nan"),
        ])
    func settings(_ settings: SamplingSettings, _ name: String, _ found: String) throws {
        let error = #expect(throws: SamplingError.self) { try settings.validate() }
        guard case .invalidSetting(name, found, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let expected = try #require(error)
        #expect(throws: expected) { try CodeDrawing(settings, choices: 4) }
        #expect(throws: expected) {
            try IncrementalSampler(prior.makeNetwork()).sample(prior.request(), settings: settings)
        }
    }
}
