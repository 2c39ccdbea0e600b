import TensorTestSupport
import Testing

@testable import Quantization
@testable import Torch

/// The search and the codebooks' averages on a CUDA device, beside the processor's.
@Suite("Quantizer on CUDA", .enabled(if: Engine.cudaUnavailability == nil), .serialized)
struct CUDATests {
    private static let settings: [QuantizerSettings] = [
        .init(layers: 3, branching: 8, dimension: 16, reviveAfter: 3),
        .init(layers: 2, branching: 5, dimension: 7, reviveAfter: 3),
        .init(structure: .flat, layers: 1, branching: 64, dimension: 12, reviveAfter: 3),
        .init(structure: .flat, layers: 3, branching: 9, dimension: 8, reviveAfter: 3),
        // Too many codewords for shared memory.
        .init(structure: .flat, layers: 1, branching: 900, dimension: 32, reviveAfter: 3),
    ]

    /// The same quantizer on both.
    private func pair(_ settings: QuantizerSettings) throws -> (ResidualQuantizer, ResidualQuantizer) {
        let made = try [Device.cpu, .cuda].map { device in
            let quantizer = try ResidualQuantizer(
                Scope(store: ParameterStore(device: device), generator: Generator(seed: 4)), settings)
            try quantizer.markInitialized()
            return quantizer
        }
        return (made[0], made[1])
    }

    /// Vectors near codewords' sums, so that rounding does not decide; many are the same.
    private func latents(_ settings: QuantizerSettings) throws -> Tensor {
        let all = try Tensor.normal(
            [7, settings.dimension, 11, 9], standardDeviation: 0.4, generator: Generator(seed: 2))
        try all.narrowed(axis: 0, 3..<5).copyInPlace(from: all.narrowed(axis: 3, 0..<1).narrowed(axis: 0, 0..<1))
        return try all.channelsLast()
    }

    @Test("Codes and sums", arguments: settings.indices)
    func search(_ index: Int) throws {
        let settings = Self.settings[index]
        let (host, device) = try pair(settings)
        let vectors = try latents(settings).permuted([0, 2, 3, 1]).reshaped([-1, settings.dimension]).contiguous()
        let expected = try host.assign(vectors, sums: .partial)
        let found = try device.assign(vectors.to(.cuda), sums: .partial)
        let codes = try (found.indices.array(of: Int32.self), expected.indices.array(of: Int32.self))
        let different = zip(codes.0, codes.1).filter { $0 != $1 }.count
        #expect(different <= codes.0.count / 500, "\(different) of \(codes.0.count) codes differ")
        if different == 0 {
            #expect(try distance(#require(found.sums), #require(expected.sums)) < 1e-6)
            let total = try device.assign(vectors.to(.cuda), sums: .total).total
            #expect(try distance(#require(total), #require(host.assign(vectors, sums: .total).total)) < 1e-6)
        }
    }

    @Test("Forward, gradient and update", arguments: settings.indices, CodebookLearning.allCases)
    func training(_ index: Int, _ learning: CodebookLearning) throws {
        var settings = Self.settings[index]
        settings.learning = learning
        let (host, device) = try pair(settings)
        let latents = try latents(settings)
        let weights = try Tensor.normal(latents.shape, generator: Generator(seed: 9)).channelsLast()
        var gradients: [Tensor] = []
        var outputs: [ResidualQuantizer.Output] = []
        for quantizer in [host, device] {
            let place: Device = quantizer === host ? .cpu : .cuda
            let input = try latents.to(place).cloned()
            try input.setRequiresGradient(true)
            let output = try quantizer(input)
            // Large enough to be seen beside the gradient that passes straight through.
            let loss = try output.loss.total(settings) * 1000
            try (loss + (output.quantized * weights.to(place)).sum()).backward()
            gradients.append(try #require(try input.gradient()))
            outputs.append(output)
        }
        #expect(try distance(outputs[1].quantized, outputs[0].quantized) < 1e-3)
        #expect(try distance(gradients[1], gradients[0]) < 1e-3)
        for (found, expected) in zip(outputs[1].loss.terms, outputs[0].loss.terms) {
            #expect(found.name == expected.name)
            #expect(try distance(found.value, expected.value) < 1e-3, "\(found.name)")
        }
        var generators = [TestGenerator(state: 1), TestGenerator(state: 1)]
        let expected = try host.update(outputs[0], using: &generators[0])
        let found = try device.update(outputs[1], using: &generators[1])
        #expect(found.usage.map { $0.reduce(0, +) } == expected.usage.map { $0.reduce(0, +) })
        #expect(found.usage == expected.usage)
        for layer in 0..<settings.layers {
            #expect(try distance(device.codebooks[layer].tensor, host.codebooks[layer].tensor) < 1e-4)
            #expect(try distance(device.statistics.counts[layer], host.statistics.counts[layer]) < 1e-5)
            #expect(try distance(device.statistics.sums[layer], host.statistics.sums[layer]) < 1e-4)
            #expect(
                try device.statistics.unused[layer].array(of: Int32.self)
                    == host.statistics.unused[layer].array(of: Int32.self))
        }
    }

    @Test("Unused codewords are revived")
    func revival() throws {
        let (_, device) = try pair(Self.settings[0])
        // All codewords but one far away: no vector reaches them.
        let codebook = try device.codebooks[0].tensor.detached().reshaped([8, 16])
        try codebook.narrowed(axis: 0, 1..<8).fillInPlace(100)
        try device.markInitialized()
        let latents = try latents(Self.settings[0]).to(.cuda)
        var generator = TestGenerator(state: 1)
        var revived = 0
        for _ in 0..<4 {
            revived += try device.update(device(latents), using: &generator).revived[0]
        }
        #expect(revived >= 7)
        let used = try device.update(device(latents), using: &generator).usage[0].filter { $0 > 0 }.count
        #expect(used == 8)
    }
}
