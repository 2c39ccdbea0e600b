import Testing
import Torch

@testable import Priors

/// A recorded row, replayed, against the same operators on the processor.
@Suite("Sampler on CUDA", .enabled(if: Engine.cudaUnavailability == nil), .serialized)
struct CUDASamplerTests {
    private func onDevice(_ prior: SampledPrior, _ network: PixelSNAIL, _ precision: DataType) throws -> PixelSNAIL {
        let copy = try PixelSNAIL(prior.settings, generator: Generator(seed: 1), device: .cuda)
        try withoutGradients {
            for parameter in network.parameters.all {
                try #require(copy.parameters[parameter.name]).tensor.copyInPlace(from: parameter.tensor)
            }
        }
        copy.precision = precision
        return copy
    }

    @Test("Logits are the processor's", arguments: TensorSamplerTests.all, [DataType.float32, .bfloat16])
    func logits(_ prior: SampledPrior, _ precision: DataType) throws {
        let network = try prior.makeNetwork()
        let (codes, conditions, labels) = (try prior.codes, try prior.conditions, prior.labels)
        let expected = try TensorSampler(network).logits(codes: codes, conditions: conditions, labels: labels)
        let found = try TensorSampler(onDevice(prior, network, precision), batchSize: 4)
            .logits(codes: codes, conditions: conditions, labels: labels)
        let isExact = precision == .float32
        // TF32 has ten bits, bfloat16 seven.
        expectClose(
            try found.array(of: Float.self), try expected.array(of: Float.self), absolute: isExact ? 0.02 : 0.5,
            relative: isExact ? 0.01 : 0.1)
    }

    @Test("Codes are the processor's, but where a rounding error meets a random number")
    func codes() throws {
        for prior in TensorSamplerTests.all {
            let network = try prior.makeNetwork()
            let sampler = try TensorSampler(onDevice(prior, network, .float32), batchSize: 4)
            for settings in [
                SamplingSettings(), SamplingSettings(temperature: 0), SamplingSettings(topK: 3, topP: 0.9),
            ] {
                let expected = try TensorSampler(network).sample(prior.request(), settings: settings)
                    .array(of: Int32.self)
                let found = try sampler.sample(prior.request(), settings: settings).array(of: Int32.self)
                // From the first difference on an image is another one.
                let same = zip(found, expected).count { $0 == $1 }
                #expect(same * 10 > expected.count * 9, "\(prior), \(settings): \(same) of \(expected.count)")
                #expect(try sampler.sample(prior.request(), settings: settings).array(of: Int32.self) == found)
            }
        }
    }

    @Test("Kept codes stay")
    func keptCodes() throws {
        let prior = SampledPrior("kept", attention: 2, conditions: SampledPrior.twoLayers, count: 5)
        let network = try prior.makeNetwork()
        let mask = (0..<5 * prior.settings.positions).map { $0 % 7 < 3 }
        var request = try prior.request()
        request.kept = KeptCodes(codes: try prior.codes, mask: mask)
        let given = try prior.codes.array(of: Int32.self)
        let found = try TensorSampler(onDevice(prior, network, .bfloat16)).sample(request).array(of: Int32.self)
        #expect(found.indices.allSatisfy { !mask[$0] || found[$0] == given[$0] })
        #expect(found.indices.contains { !mask[$0] && found[$0] != given[$0] })
    }

    @Test("Spoilt weights are an error that names the place")
    func notFinite() throws {
        let prior = SampledPrior("spoilt", attention: 2, count: 3)
        let network = try onDevice(prior, prior.makeNetwork(), .bfloat16)
        try withoutGradients {
            try #require(network.parameters["positions.rows"]).tensor.selected(axis: 0, 3).fillInPlace(.nan)
        }
        for settings in [SamplingSettings(), SamplingSettings(temperature: 0), SamplingSettings(topK: 3, topP: 0.9)] {
            #expect(throws: SamplingError.notFinite(image: 0, row: 3, column: 0)) {
                try TensorSampler(network).sample(prior.request(), settings: settings)
            }
        }
    }
}
