import Latents
import TensorTestSupport
import Testing
import Torch

@testable import Priors

/// The network of `Benchmarks/peers/pixelsnail.py` and a second one, run by `Tools/fixtures/pixelsnail_reference.py`.
@Suite("Agreement with PyTorch")
struct PyTorchAgreementTests {
    static let cases: [String: PixelSNAILSettings] = [
        "conditioned": PixelSNAILSettings(
            height: 6, width: 4, choices: 5, hiddenUnits: 8, residualUnits: 6, groups: 2, residualBlocks: 2,
            attentionLayers: 1, attentionHeads: 2, filterSize: 3, outputLayers: 1,
            conditions: [
                CodeLayer(height: 3, width: 2, choices: 4), CodeLayer(height: 6, width: 4, choices: 7),
            ], classes: 3),
        "unconditional": PixelSNAILSettings(
            height: 6, width: 5, choices: 8, hiddenUnits: 8, residualUnits: 6, groups: 2, residualBlocks: 1,
            attentionLayers: 2, attentionHeads: 4, filterSize: 5),
        "labelled": PixelSNAILSettings(
            height: 5, width: 6, choices: 6, hiddenUnits: 8, residualUnits: 4, groups: 2, residualBlocks: 1,
            attentionLayers: 0, attentionHeads: 2, filterSize: 7, classes: 2),
    ]

    @Test("Logits, loss and gradients", arguments: cases.keys.sorted())
    func network(_ name: String) throws {
        let settings = try #require(Self.cases[name])
        let network = try PixelSNAIL(settings, generator: Generator(seed: 99))
        try network.parameters.load(Fixture("model-\(name)", in: .module).all, source: "fixture")
        let expected = try Fixture("expected-\(name)", in: .module)
        let input = PriorInput(
            codes: try expected["codes"].to(.int64),
            conditions: try settings.conditions.indices.map { try expected["conditions.\($0)"].to(.int64) },
            labels: settings.classes > 0 ? try expected["labels"].to(.int64) : nil)
        expectClose(
            try network.logits(input).array(of: Float.self), try expected.numbers("logits"), absolute: 1e-5, "logits")
        let loss = try network.loss(input)
        expectClose([try loss.item()], try expected.numbers("loss"), absolute: 1e-6, "loss")
        try loss.backward()
        for parameter in network.parameters.trainable {
            let gradient = try #require(try parameter.tensor.gradient(), "\(parameter.name) has no gradient")
            expectClose(
                try gradient.array(of: Float.self), try expected.numbers("gradients.\(parameter.name)"),
                absolute: 1e-6, relative: 1e-4, parameter.name)
        }
    }

    @Test("Filters of sampling leave the probabilities of the plain code")
    func sampling() throws {
        let fixture = try Fixture("sampling", in: .module)
        let logits = try fixture.numbers("logits")
        let probabilities = try fixture.numbers("probabilities")
        let temperatures = try fixture.numbers("temperature")
        let topKs = try fixture["topK"].array(of: Int64.self)
        let topPs = try fixture.numbers("topP")
        let rows = logits.count / 8
        let draws = 4000
        for settings in temperatures.indices {
            var drawing = try CodeDrawing(
                SamplingSettings(
                    temperature: Double(temperatures[settings]),
                    topK: topKs[settings] == 0 ? nil : Int(topKs[settings]),
                    topP: topPs[settings] == 1 ? nil : Double(topPs[settings])), choices: 8)
            for row in 0..<rows {
                var counts = [Float](repeating: 0, count: 8)
                logits[row * 8..<row * 8 + 8].withUnsafeBufferPointer { logits in
                    for draw in 0..<draws {
                        let uniform = (Double(draw) + 0.5) / Double(draws)
                        if let base = logits.baseAddress, let code = drawing.draw(base, uniform: uniform) {
                            counts[code] += 1 / Float(draws)
                        }
                    }
                }
                let start = (settings * rows + row) * 8
                // Evenly spaced numbers instead of random ones: each share is met up to one of them at either end.
                expectClose(
                    counts, Array(probabilities[start..<start + 8]), absolute: 2 / Float(draws),
                    "case \(settings), row \(row)")
            }
        }
    }
}
