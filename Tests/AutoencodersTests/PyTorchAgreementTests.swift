import Autoencoders
import Quantization
import TensorTestSupport
import Testing
import Torch

/// The reference model of `Benchmarks/peers/hrvqvae.py`, run by `Tools/fixtures/hrvqvae_reference.py`.
@Suite("Agreement with PyTorch")
struct PyTorchAgreementTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var downsampling: Int
        var channels: Int
        var filterSize: Int
        var residualBlocks: Int
        var branching: Int
        var decay: Double
        var beta: Double
        var betaSum: Double
        var testDescription: String { "downsampling \(downsampling)" }
    }

    static let cases = [
        Case(
            downsampling: 2, channels: 3, filterSize: 3, residualBlocks: 2, branching: 4, decay: 0.99, beta: 0.25,
            betaSum: 0.25),
        Case(
            downsampling: 4, channels: 1, filterSize: 5, residualBlocks: 1, branching: 3, decay: 0.9, beta: 0.5,
            betaSum: 0.125),
        Case(
            downsampling: 8, channels: 3, filterSize: 3, residualBlocks: 2, branching: 3, decay: 0.99, beta: 0.25,
            betaSum: 0.25),
    ]

    private func model(_ parameters: Case, _ learning: CodebookLearning) throws -> SingleGridAutoencoder {
        let model = try SingleGridAutoencoder(
            network: NetworkSettings(
                channels: parameters.channels, hiddenUnits: 8, residualUnits: 4,
                residualBlocks: parameters.residualBlocks, filterSize: parameters.filterSize,
                downsampling: parameters.downsampling),
            quantizer: QuantizerSettings(
                layers: 3, branching: parameters.branching, dimension: 4, learning: learning, decay: parameters.decay,
                beta: parameters.beta, betaSum: parameters.betaSum, reviveAfter: 0),
            generator: Generator(seed: 99))
        try model.parameters.load(Fixture("model-\(parameters.downsampling)", in: .module).all, source: "fixture")
        for quantizer in model.quantizers { try quantizer.markInitialized() }
        return model
    }

    @Test("Latents, codes and reconstructions", arguments: cases)
    func verbs(_ parameters: Case) throws {
        let expected = try Fixture("expected-\(parameters.downsampling)", in: .module)
        let model = try model(parameters, .movingAverage)
        let images = try expected["input"].channelsLast()
        expectClose(
            try model.latents(images).array(of: Float.self), try expected.numbers("latents"), absolute: 1e-5, "ξ⁰")
        let codes = try model.encode(images)
        #expect(try codes.grids[0].array(of: Int64.self) == expected["codes"].array(of: Int64.self))
        let output = try model.forward(images)
        expectClose(
            try output.quantizers[0].quantized.array(of: Float.self), try expected.numbers("quantized"),
            absolute: 1e-5, "e_C")
        expectClose(
            try output.reconstruction.array(of: Float.self), try expected.numbers("reconstruction"), absolute: 1e-4, "x̂"
        )
        let limited = try expected.numbers("reconstruction").map { min(max($0, -0.5), 0.5) }
        expectClose(try model.decode(codes).array(of: Float.self), limited, absolute: 1e-4, "decoded")
    }

    @Test("Every term of the objective, and the gradients of all weights", arguments: cases)
    func objective(_ parameters: Case) throws {
        let expected = try Fixture("expected-\(parameters.downsampling)", in: .module)
        for learning in CodebookLearning.allCases {
            let model = try model(parameters, learning)
            let images = try expected["input"].channelsLast()
            let value = try ReconstructionObjective()(model.forward(images), images: images)
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

    @Test("Codebooks and statistics after one and two updates", arguments: cases)
    func updates(_ parameters: Case) throws {
        let expected = try Fixture("expected-\(parameters.downsampling)", in: .module)
        let model = try model(parameters, .movingAverage)
        let latents = try expected["latents"].channelsLast()
        let quantizer = try #require(model.quantizer as? ResidualQuantizer)
        var generator = SystemRandomNumberGenerator()
        for round in 1...2 {
            _ = try quantizer.update(quantizer(latents), using: &generator)
            let statistics = quantizer.statistics
            for layer in 0..<3 {
                let prefix = "update.\(round)."
                expectClose(
                    try quantizer.codebooks[layer].tensor.array(of: Float.self),
                    try expected.numbers("\(prefix)codebooks.\(layer)"), absolute: 1e-5, "\(prefix)codebooks.\(layer)")
                expectClose(
                    try statistics.counts[layer].array(of: Float.self),
                    try expected.numbers("\(prefix)counts.\(layer)"), "\(prefix)counts.\(layer)")
                expectClose(
                    try statistics.sums[layer].array(of: Float.self), try expected.numbers("\(prefix)sums.\(layer)"),
                    absolute: 1e-5, "\(prefix)sums.\(layer)")
                #expect(
                    try statistics.unused[layer].array(of: Int32.self)
                        == expected["\(prefix)unused.\(layer)"].array(of: Int32.self))
            }
        }
    }
}
