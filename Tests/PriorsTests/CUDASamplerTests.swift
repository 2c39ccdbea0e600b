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

    @Test("Logits are the processor's", arguments: TensorSamplerTests.all)
    func logits(_ prior: SampledPrior) throws {
        let network = try prior.makeNetwork()
        let exact = try prior.wholeLogits(network)
        network.precision = .bfloat16
        let rounded = try difference(prior.wholeLogits(network), exact)
        for precision in [DataType.float32, .bfloat16] {
            let found = try TensorSampler(onDevice(prior, network, precision), batchSize: 4)
                .logits(codes: prior.codes, conditions: prior.conditions, labels: prior.labels)
                .array(of: Float.self)
            // cuDNN's convolutions, of what conditions, are in TF32, which has three bits more than bfloat16.
            let limit = precision == .float32 ? rounded / 2 : 2 * rounded
            let error = difference(found, exact)
            #expect(error < limit, "\(precision): \(error), bfloat16 on the processor \(rounded)")
        }
    }

    @Test("Codes are the processor's, but where a rounding error meets a random number")
    func codes() throws {
        for prior in TensorSamplerTests.all {
            let network = try prior.makeNetwork()
            let sampler = try TensorSampler(onDevice(prior, network, .float32), batchSize: 4)
            for settings in [
                SamplingSettings(), SamplingSettings(temperature: 0), SamplingSettings(topK: 3, topP: 0.9),
            ] {
                let expected = try TensorSampler(network, batchSize: 4).sample(prior.request(), settings: settings)
                    .array(of: Int32.self)
                let found = try sampler.sample(prior.request(), settings: settings).array(of: Int32.self)
                // From the first difference on an image is another one.
                let same = zip(found, expected).count { $0 == $1 }
                #expect(same * 10 > expected.count * 9, "\(prior), \(settings): \(same) of \(expected.count)")
                #expect(try sampler.sample(prior.request(), settings: settings).array(of: Int32.self) == found)
            }
        }
    }

    @Test("An image is the same in any batch")
    func batches() throws {
        let prior = SampledPrior("batch", attention: 2, conditions: SampledPrior.twoLayers, classes: 2, count: 21)
        let sampler = try TensorSampler(onDevice(prior, prior.makeNetwork(), .bfloat16), batchSize: 16)
        let request = try prior.request()
        let all = try sampler.sample(request)
        for images in [0..<1, 4..<13, 20..<21] {
            var part = request
            part.count = images.count
            part.firstImage = images.lowerBound
            part.conditions = try request.conditions.map { try $0.narrowed(axis: 0, images) }
            part.labels = request.labels.map { Array($0[images]) }
            #expect(
                try sampler.sample(part).array(of: Int32.self)
                    == all.narrowed(axis: 0, images).array(of: Int32.self))
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
