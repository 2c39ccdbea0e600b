import Priors
import Processors
import TensorTestSupport
import Testing
import Torch

@Suite("Incremental sampler")
struct IncrementalSamplerTests {
    @Test("Its logits are those of a pass of the whole network", arguments: SampledPrior.all)
    func logits(_ prior: SampledPrior) throws {
        let network = try prior.makeNetwork()
        let whole = try ReferenceSampler(network).logits(
            codes: prior.codes, conditions: prior.conditions, labels: prior.labels)
        let expected = try whole.array(of: Float.self)
        // Far from constant, or equal numbers would mean little.
        #expect((expected.max() ?? 0) - (expected.min() ?? 0) > 1)
        for kernel in KernelVariant.allCases where kernel.isSupported {
            let found = try IncrementalSampler(network, kernel: kernel).logits(
                codes: prior.codes, conditions: prior.conditions, labels: prior.labels)
            #expect(found.shape == whole.shape)
            expectClose(
                try found.array(of: Float.self), expected, absolute: 1e-4, relative: 1e-4, "\(kernel)")
        }
    }

    @Test("The same seed gives the reference's samples", arguments: SampledPrior.all)
    func reference(_ prior: SampledPrior) throws {
        let network = try prior.makeNetwork()
        let settings = SamplingSettings(temperature: 0.9, topK: 4, topP: 0.95)
        let plain = try ReferenceSampler(network).sample(prior.request(), settings: settings)
        let fast = try IncrementalSampler(network).sample(prior.request(), settings: settings)
        #expect(try fast.array(of: Int32.self) == plain.array(of: Int32.self))
        #expect(fast.dataType == .int32)
        #expect(fast.shape == [prior.count, prior.settings.height, prior.settings.width])
    }

    @Test("Codes are drawn as the logits say: the samples' own logits repeat them")
    func consistency() throws {
        let prior = SampledPrior("greedy", attention: 2, conditions: SampledPrior.twoLayers, classes: 2, count: 5)
        let sampler = try IncrementalSampler(prior.makeNetwork())
        let codes = try sampler.sample(prior.request(), settings: SamplingSettings(temperature: 0))
        let logits = try sampler.logits(codes: codes, conditions: prior.conditions, labels: prior.labels)
        let best = try (-logits).argmin(axis: 1)
        #expect(try best.array(of: Int64.self) == codes.array(of: Int64.self))
        let topOne = try sampler.sample(prior.request(seed: 1), settings: SamplingSettings(topK: 1))
        #expect(try topOne.array(of: Int32.self) == codes.array(of: Int32.self))
    }

    @Test("An image is the same in any batch, and with any number of threads")
    func batches() throws {
        let prior = SampledPrior(
            "batch", height: 12, width: 12, heads: 6, conditions: SampledPrior.twoLayers, classes: 2, count: 21)
        let sampler = try IncrementalSampler(prior.makeNetwork())
        let request = try prior.request()
        let all = try sampler.sample(request)
        let threads = Engine.threadCount
        defer { try? Engine.setThreadCount(threads) }
        for count in [1, 3] {
            try Engine.setThreadCount(count)
            #expect(try sampler.sample(request).array(of: Int32.self) == all.array(of: Int32.self))
        }
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

    @Test("Numbers that are not finite stay with their images")
    func notFiniteNeighbours() throws {
        let prior = SampledPrior("neighbours", height: 5, width: 3, attention: 2, classes: 2, count: 16)
        let network = try prior.makeNetwork()
        try withoutGradients {
            let embeddings = try #require(network.parameters["conditioning.labels.weight"]).tensor
            try embeddings.narrowed(axis: 0, 0..<1).fillInPlace(.infinity)
        }
        let threads = Engine.threadCount
        defer { try? Engine.setThreadCount(threads) }
        try Engine.setThreadCount(1)
        let sampler = try IncrementalSampler(network)
        let labels = Array(repeating: 0, count: 8) + Array(repeating: 1, count: 8)
        let codes = try prior.codes
        // One worker for both groups of eight.
        let together = try sampler.logits(codes: codes, labels: labels)
        let alone = try sampler.logits(codes: codes.narrowed(axis: 0, 8..<16), labels: Array(labels[8...]))
        #expect(try together.array(of: Float.self).contains { !$0.isFinite })
        #expect(try alone.array(of: Float.self).allSatisfy(\.isFinite))
        #expect(try together.narrowed(axis: 0, 8..<16).array(of: Float.self) == alone.array(of: Float.self))
    }

    @Test("Seed, stream and image number each change the samples")
    func randomness() throws {
        let prior = SampledPrior("random", count: 2)
        let sampler = try IncrementalSampler(prior.makeNetwork())
        let request = try prior.request()
        var seed = request
        seed.seed += 1
        var stream = request
        stream.stream = "other"
        var number = request
        number.firstImage = 2
        let samples = try [request, seed, stream, number].map { try sampler.sample($0).array(of: Int32.self) }
        #expect(Set(samples).count == 4)
        #expect(try sampler.sample(request).array(of: Int32.self) == samples[0])
        #expect(samples[0].prefix(24) != samples[0].suffix(24))
    }

    @Test("Kept codes stay, and the others are drawn after them")
    func keptCodes() throws {
        let prior = SampledPrior("kept", count: 10)
        let network = try prior.makeNetwork()
        let sampler = try IncrementalSampler(network)
        let codes = try prior.codes
        let given = try codes.array(of: Int32.self)
        let positions = prior.settings.positions
        let shared = (0..<positions).map { $0 < 8 || $0 % 5 == 0 }
        let own = (0..<10 * positions).map { $0 % 7 < 3 }
        for mask in [shared, own] {
            var request = try prior.request()
            request.kept = KeptCodes(codes: codes, mask: mask)
            let samples = try sampler.sample(request).array(of: Int32.self)
            let isKept = { (place: Int) in mask[mask.count == positions ? place % positions : place] }
            #expect(samples.indices.allSatisfy { !isKept($0) || samples[$0] == given[$0] })
            #expect(samples.indices.contains { !isKept($0) && samples[$0] != given[$0] })
            #expect(try ReferenceSampler(network, batchSize: 4).sample(request).array(of: Int32.self) == samples)
        }
        var request = try prior.request()
        request.kept = KeptCodes(codes: codes, mask: Array(repeating: true, count: positions))
        #expect(try sampler.sample(request).array(of: Int32.self) == given)
    }

    @Test("Sampling tells how far it is, and stops when asked")
    func progress() throws {
        let prior = SampledPrior("progress", count: 9)
        let sampler = try IncrementalSampler(prior.makeNetwork())
        let seen = Recorded()
        _ = try sampler.sample(prior.request(), progress: { seen.append($0) })
        let total = 9 * prior.settings.positions
        #expect(seen.values.map(\.done) == seen.values.map(\.done).sorted())
        #expect(seen.values.last == SamplingProgress(done: total, total: total))
        #expect(seen.values.count == 2 * prior.settings.height)
        let stopped = Recorded()
        #expect(throws: SamplingError.stopped) {
            try sampler.sample(
                prior.request(), progress: { stopped.append($0) }, shouldStop: { stopped.values.count >= 2 })
        }
        #expect(stopped.values.count < 2 * prior.settings.height)
        #expect(throws: SamplingError.stopped) {
            try ReferenceSampler(prior.makeNetwork()).sample(prior.request(), shouldStop: { true })
        }
    }

    @Test("Spoilt weights are an error that names the place")
    func notFinite() throws {
        let prior = SampledPrior("spoilt", count: 2)
        let network = try prior.makeNetwork()
        try withoutGradients {
            try #require(network.parameters["output.logits.bias"]).tensor.fillInPlace(.nan)
        }
        for settings in [SamplingSettings(), SamplingSettings(temperature: 0)] {
            #expect(throws: SamplingError.notFinite(image: 0, row: 0, column: 0)) {
                try IncrementalSampler(network).sample(prior.request(), settings: settings)
            }
            #expect(throws: SamplingError.notFinite(image: 0, row: 0, column: 0)) {
                try ReferenceSampler(network).sample(prior.request(), settings: settings)
            }
        }
    }
}

/// What a sampler told.
private final class Recorded: @unchecked Sendable {
    // The sampler calls one at a time.
    private(set) var values: [SamplingProgress] = []

    func append(_ value: SamplingProgress) { values.append(value) }
}
