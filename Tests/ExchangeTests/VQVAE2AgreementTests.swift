import Autoencoders
import Quantization
import TensorTestSupport
import Testing
import Torch

/// The reference model of `Benchmarks/peers/vqvae2.py`, run by `Tools/fixtures/vqvae2_reference.py`.
@Suite("Agreement of VQ-VAE-2 with PyTorch")
struct VQVAE2AgreementTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var levels: Int
        var downsampling: Int
        var channels: Int
        var residualBlocks: Int
        var decay: Double
        var beta: Double
        var testDescription: String { "\(levels) levels" }
    }

    static let cases = [
        Case(levels: 3, downsampling: 2, channels: 3, residualBlocks: 2, decay: 0.99, beta: 0.25),
        Case(levels: 2, downsampling: 4, channels: 1, residualBlocks: 1, decay: 0.9, beta: 0.5),
    ]

    private func model(_ parameters: Case, _ learning: CodebookLearning) throws -> VQVAE2 {
        let model = try VQVAE2(
            network: NetworkSettings(
                channels: parameters.channels, hiddenUnits: 8, residualUnits: 4,
                residualBlocks: parameters.residualBlocks, filterSize: 3, downsampling: parameters.downsampling),
            levels: parameters.levels,
            quantizer: QuantizerSettings(
                structure: .flat, layers: 1, branching: 8, dimension: 4, learning: learning, decay: parameters.decay,
                beta: parameters.beta, betaSum: 0, reviveAfter: 0),
            generator: Generator(seed: 99))
        try model.parameters.load(Fixture("vqvae2-model-\(parameters.levels)", in: .module).all, source: "fixture")
        for quantizer in model.quantizers { try quantizer.markInitialized() }
        return model
    }

    private func rows(_ latents: Tensor) throws -> [Float] {
        try latents.permuted([0, 2, 3, 1]).array(of: Float.self)
    }

    @Test("Latents, codes and reconstructions", arguments: cases)
    func verbs(_ parameters: Case) throws {
        let expected = try Fixture("vqvae2-expected-\(parameters.levels)", in: .module)
        let model = try model(parameters, .movingAverage)
        let images = try expected["input"].channelsLast()
        let latents = try model.latents(images)
        let codes = try model.encode(images)
        #expect(latents.count == parameters.levels && codes.grids.count == parameters.levels)
        for index in 0..<parameters.levels {
            let level = try expected["latents.\(index)"]
            #expect(latents[index].shape == level.shape)
            expectClose(
                try latents[index].array(of: Float.self), try level.array(of: Float.self), absolute: 1e-5,
                "z of quantizer \(index)")
            expectClose(
                try model.vectors(images, quantizer: index).array(of: Float.self), try rows(level), absolute: 1e-5,
                "vectors of quantizer \(index)")
            #expect(
                try codes.grids[index].array(of: Int32.self) == expected["codes.\(index)"].array(of: Int32.self),
                "codes of quantizer \(index)")
        }
        let reconstruction = try expected.numbers("reconstruction")
        expectClose(
            try model.forward(images).reconstruction.array(of: Float.self), reconstruction, absolute: 1e-5, "x̂")
        let limited = reconstruction.map { min(max($0, -0.5), 0.5) }
        expectClose(try model.decode(codes).array(of: Float.self), limited, absolute: 1e-5, "decoded")
    }

    @Test("Every term of the objective, and the gradients of all weights", arguments: cases)
    func objective(_ parameters: Case) throws {
        let expected = try Fixture("vqvae2-expected-\(parameters.levels)", in: .module)
        for learning in CodebookLearning.allCases {
            let model = try model(parameters, learning)
            let images = try expected["input"].channelsLast()
            let value = try ReconstructionObjective()(model.forward(images), images: images)
            #expect(value.terms.count == 1 + 2 * parameters.levels)
            for (name, term) in value.terms {
                expectClose([try term.item()], try expected.numbers("loss.\(name)"), relative: 1e-4, name)
            }
            expectClose(
                [try value.total.item()], try expected.numbers("loss.total.\(learning.rawValue)"), relative: 1e-4, "L")
            try value.total.backward()
            for parameter in model.parameters.trainable {
                let gradient = try #require(try parameter.tensor.gradient()).array(of: Float.self)
                expectClose(
                    gradient, try expected.numbers("gradients.\(parameter.name)"), absolute: 2e-6, relative: 1e-3,
                    "\(learning): \(parameter.name)")
            }
        }
    }

    @Test("Codebooks and statistics after an update", arguments: cases)
    func updates(_ parameters: Case) throws {
        let expected = try Fixture("vqvae2-expected-\(parameters.levels)", in: .module)
        let model = try model(parameters, .movingAverage)
        var generator = SystemRandomNumberGenerator()
        for (index, quantizer) in model.quantizers.enumerated() {
            let quantizer = try #require(quantizer as? ResidualQuantizer)
            let latents = try expected["latents.\(index)"].channelsLast()
            _ = try quantizer.update(quantizer(latents), using: &generator)
            let prefix = "update.\(index)."
            for (name, tensor) in [
                ("codebook", quantizer.codebooks[0].tensor), ("counts", quantizer.statistics.counts[0]),
                ("sums", quantizer.statistics.sums[0]),
            ] {
                expectClose(
                    try tensor.array(of: Float.self), try expected.numbers(prefix + name), absolute: 1e-5, prefix + name
                )
            }
            #expect(
                try quantizer.statistics.unused[0].array(of: Int32.self)
                    == expected["\(prefix)unused"].array(of: Int32.self))
        }
    }
}
