import Datasets
import TensorTestSupport
import Testing
import Torch

@testable import Priors

@Suite("Sampler in tensor operators")
struct TensorSamplerTests {
    /// Besides the shared ones: conditions with output layers, channels of which none is a multiple of eight, blocks
    /// without attention that see rows above alone.
    static let all =
        SampledPrior.all + [
            SampledPrior(
                "everything", hidden: 32, attention: 2, heads: 4, outputs: 2, conditions: SampledPrior.twoLayers,
                classes: 2, count: 7)
        ]

    @Test("Its logits are the incremental sampler's", arguments: all)
    func logits(_ prior: SampledPrior) throws {
        let network = try prior.makeNetwork()
        let (codes, conditions, labels) = (try prior.codes, try prior.conditions, prior.labels)
        let expected = try IncrementalSampler(network).logits(codes: codes, conditions: conditions, labels: labels)
        // Batches that are full, and those that are not.
        for size in [8, 2] {
            let found = try TensorSampler(network, batchSize: size)
                .logits(codes: codes, conditions: conditions, labels: labels)
            #expect(found.shape == expected.shape)
            expectClose(
                try found.array(of: Float.self), try expected.array(of: Float.self), absolute: 1e-4, relative: 1e-4)
        }
    }

    @Test("The same seed gives the incremental sampler's codes", arguments: all)
    func codes(_ prior: SampledPrior) throws {
        let network = try prior.makeNetwork()
        let incremental = try IncrementalSampler(network)
        let sampler = try TensorSampler(network, batchSize: 4)
        for settings in [
            SamplingSettings(), SamplingSettings(temperature: 0.7), SamplingSettings(temperature: 0),
            SamplingSettings(topK: 1), SamplingSettings(topK: 3), SamplingSettings(topP: 0.8),
            SamplingSettings(temperature: 1.3, topK: 4, topP: 0.9), SamplingSettings(topK: 100, topP: 1),
        ] {
            let expected = try incremental.sample(prior.request(), settings: settings)
            let found = try sampler.sample(prior.request(), settings: settings)
            #expect(try found.array(of: Int32.self) == expected.array(of: Int32.self), "\(settings)")
            #expect(found.dataType == .int32)
            #expect(found.shape == expected.shape)
        }
    }

    @Test("One sampler serves requests one after the other")
    func again() throws {
        let prior = SampledPrior("again", conditions: SampledPrior.twoLayers, classes: 2, count: 5)
        let network = try prior.makeNetwork()
        let sampler = try TensorSampler(network, batchSize: 4)
        let incremental = try IncrementalSampler(network)
        for seed in [1, 2, 1] as [UInt64] {
            let request = try prior.request(seed: seed)
            #expect(
                try sampler.sample(request).array(of: Int32.self)
                    == incremental.sample(request).array(of: Int32.self))
            var part = request
            part.count = 2
            part.firstImage = 3
            part.conditions = try request.conditions.map { try $0.narrowed(axis: 0, 3..<5) }
            part.labels = request.labels.map { Array($0[3..<5]) }
            #expect(
                try sampler.sample(part).array(of: Int32.self) == incremental.sample(part).array(of: Int32.self))
        }
    }

    @Test("Kept codes stay, and the others are drawn after them")
    func keptCodes() throws {
        let prior = SampledPrior("kept", attention: 2, conditions: SampledPrior.twoLayers, count: 10)
        let network = try prior.makeNetwork()
        let sampler = try TensorSampler(network, batchSize: 4)
        let incremental = try IncrementalSampler(network)
        let codes = try prior.codes
        let positions = prior.settings.positions
        let shared = (0..<positions).map { $0 < 8 || $0 % 5 == 0 }
        let own = (0..<10 * positions).map { $0 % 7 < 3 }
        for mask in [shared, own, Array(repeating: false, count: positions)] {
            var request = try prior.request()
            request.kept = KeptCodes(codes: codes, mask: mask)
            #expect(
                try sampler.sample(request).array(of: Int32.self)
                    == incremental.sample(request).array(of: Int32.self))
        }
        var request = try prior.request()
        request.kept = KeptCodes(codes: codes, mask: Array(repeating: true, count: positions))
        #expect(try sampler.sample(request).array(of: Int32.self) == codes.array(of: Int32.self))
    }

    @Test("In bfloat16 it is as near to exact logits as the whole network is")
    func precision() throws {
        let prior = SampledPrior(
            "bfloat16", hidden: 32, attention: 2, heads: 4, conditions: SampledPrior.twoLayers, classes: 2)
        let network = try prior.makeNetwork()
        let exact = try prior.wholeLogits(network)
        network.precision = .bfloat16
        let expected = difference(try prior.wholeLogits(network), exact)
        let logits = try TensorSampler(network, batchSize: 3).logits(
            codes: prior.codes, conditions: prior.conditions, labels: prior.labels)
        let found = difference(try logits.array(of: Float.self), exact)
        #expect(found > 0 && found < 2 * expected, "\(found), the whole network \(expected)")
    }

    @Test("It tells how far it is after every row, and stops when asked")
    func progress() throws {
        let prior = SampledPrior("progress", count: 3)
        let sampler = try TensorSampler(prior.makeNetwork(), batchSize: 2)
        let seen = Recorded()
        let all = try sampler.sample(prior.request(), progress: { seen.append($0) })
        let total = 3 * prior.settings.positions
        #expect(seen.values.map(\.done) == seen.values.map(\.done).sorted())
        #expect(seen.values.last == SamplingProgress(done: total, total: total))
        #expect(seen.values.count == 2 * prior.settings.height)
        let stopped = Recorded()
        #expect(throws: SamplingError.stopped) {
            try sampler.sample(
                prior.request(), progress: { stopped.append($0) }, shouldStop: { stopped.values.count >= 2 })
        }
        #expect(stopped.values.count == 2)
        // What was left of it disturbs nothing.
        #expect(try sampler.sample(prior.request()).array(of: Int32.self) == all.array(of: Int32.self))
    }

    @Test("Spoilt weights are an error that names the place, also where it is a later one", arguments: [1, 0.0])
    func notFinite(_ temperature: Double) throws {
        let prior = SampledPrior("spoilt", attention: 2, count: 3)
        let settings = SamplingSettings(temperature: temperature)
        for name in ["output.logits.bias", "positions.rows", "groups.0.attention.keyValue.weight"] {
            for value in [Double.nan, .infinity] {
                let network = try prior.makeNetwork()
                try withoutGradients {
                    let weight = try #require(network.parameters[name]).tensor
                    let isTable = name.hasPrefix("positions")
                    try (isTable ? weight.selected(axis: 0, 3) : weight).fillInPlace(value)
                }
                for keeps in [false, true] {
                    var request = try prior.request()
                    if keeps {
                        request.kept = KeptCodes(
                            codes: try prior.codes, mask: (0..<prior.settings.positions).map { $0 < 14 })
                    }
                    let expected = #expect(throws: SamplingError.self) {
                        try IncrementalSampler(network).sample(request, settings: settings)
                    }
                    let found = #expect(throws: SamplingError.self) {
                        try TensorSampler(network, batchSize: 2).sample(request, settings: settings)
                    }
                    #expect(found == expected, "\(name) \(value)")
                }
            }
        }
    }

    @Test("What samplers refuse, it refuses with the same error")
    func refusals() throws {
        let prior = SampledPrior("conditioned", conditions: SampledPrior.twoLayers, classes: 3, count: 2)
        let sampler = try TensorSampler(prior.makeNetwork(), batchSize: 2)
        var request = try prior.request()
        request.labels = nil
        #expect(throws: SamplingError.missingLabels(classes: 3)) { try sampler.sample(request) }
        request.labels = [0, 1]
        request.count = 0
        #expect(throws: SamplingError.wrongImageCount(found: 0)) { try sampler.sample(request) }
        #expect(throws: SamplingError.self) {
            try sampler.sample(prior.request(), settings: SamplingSettings(topK: 0))
        }
        #expect(throws: SamplingError.wrongCodeShape(what: "the codes", found: [2, 6], expected: [2, 6, 4])) {
            try sampler.logits(
                codes: prior.codes.selected(axis: 2, 0), conditions: prior.conditions, labels: prior.labels)
        }
    }
}

extension SampledPrior {
    /// The logits of ``codes`` by a pass of the whole network.
    func wholeLogits(_ network: PixelSNAIL) throws -> [Float] {
        try ReferenceSampler(network).logits(codes: codes, conditions: conditions, labels: labels)
            .array(of: Float.self)
    }
}

/// The root of the mean squared difference.
func difference(_ left: [Float], _ right: [Float]) -> Float {
    (zip(left, right).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) / Float(max(left.count, 1))).squareRoot()
}

/// What a sampler told.
private final class Recorded: @unchecked Sendable {
    // The sampler calls one at a time.
    private(set) var values: [SamplingProgress] = []

    func append(_ value: SamplingProgress) { values.append(value) }
}
