import Latents
import Testing
import Torch

@testable import Priors

/// What a prior is conditioned on in a test.
enum Conditioning: String, CaseIterable, Sendable {
    case nothing, label, layers, layersAndLabel

    var classes: Int { self == .label || self == .layersAndLabel ? 3 : 0 }

    /// Two earlier layers, one on a grid of half the sides.
    func conditions(height: Int, width: Int) -> [CodeLayer] {
        guard self == .layers || self == .layersAndLabel else { return [] }
        return [
            CodeLayer(height: height / 2, width: width / 2, choices: 4),
            CodeLayer(height: height, width: width, choices: 7),
        ]
    }
}

extension PixelSNAILSettings {
    /// A small network for tests.
    static func small(
        height: Int = 4, width: Int = 6, choices: Int = 5, hiddenUnits: Int = 16, residualUnits: Int = 12,
        attentionLayers: Int = 1, filterSize: Int = 3, dropout: Double = 0, outputLayers: Int = 1,
        _ conditioning: Conditioning
    ) -> PixelSNAILSettings {
        PixelSNAILSettings(
            height: height, width: width, choices: choices, hiddenUnits: hiddenUnits, residualUnits: residualUnits,
            groups: 2, residualBlocks: 2, attentionLayers: attentionLayers, attentionHeads: 4, filterSize: filterSize,
            dropout: dropout, outputLayers: outputLayers, conditioningBlocks: 1,
            conditions: conditioning.conditions(height: height, width: width), classes: conditioning.classes)
    }

    /// Random codes, conditions and labels for this network.
    func randomInput(count: Int, generator: Generator) throws -> PriorInput {
        func numbers(_ shape: [Int], below bound: Int) throws -> Tensor {
            try Tensor.uniform(shape, in: 0...(Double(bound) - 1e-3), generator: generator).to(.int64)
        }
        return PriorInput(
            codes: try numbers([count, height, width], below: choices),
            conditions: try conditions.map { try numbers([count, $0.height, $0.width], below: $0.choices) },
            labels: classes > 0 ? try numbers([count], below: classes + 1) : nil)
    }
}

@Suite("Causality of the prior")
struct CausalityTests {
    @Test(
        "A code has no influence on logits at its own position and before",
        arguments: Conditioning.allCases, [3, 5, 7])
    func causality(conditioning: Conditioning, filterSize: Int) throws {
        let settings = PixelSNAILSettings.small(attentionLayers: 2, filterSize: filterSize, conditioning)
        let generator = try Generator(seed: 7)
        let network = try PixelSNAIL(settings, generator: generator)
        var input = try settings.randomInput(count: 2, generator: generator)
        let before = try network.logits(input).permuted([0, 2, 3, 1]).array(of: Float.self)
        let codes = try input.codes.array(of: Int64.self)
        let row = settings.choices
        for position in 0..<settings.positions {
            var changed = codes
            for image in 0..<2 {
                let place = image * settings.positions + position
                changed[place] = (changed[place] + 1) % Int64(settings.choices)
            }
            input.codes = try Tensor(changed, [2, settings.height, settings.width])
            let after = try network.logits(input).permuted([0, 2, 3, 1]).array(of: Float.self)
            for image in 0..<2 {
                let start = image * settings.positions * row
                let end = start + (position + 1) * row
                #expect(before[start..<end] == after[start..<end], "position \(position), image \(image)")
                // It has an influence on what follows, or the network would not look at codes at all.
                if position == 0 { #expect(before[end..<end + row] != after[end..<end + row]) }
            }
        }
    }

    @Test("Earlier layers and classes have an influence", arguments: [Conditioning.label, .layers, .layersAndLabel])
    func conditions(conditioning: Conditioning) throws {
        let settings = PixelSNAILSettings.small(conditioning)
        let generator = try Generator(seed: 8)
        let network = try PixelSNAIL(settings, generator: generator)
        let input = try settings.randomInput(count: 1, generator: generator)
        let before = try network.logits(input).array(of: Float.self)
        for index in settings.conditions.indices {
            var other = input
            let choices = Double(settings.conditions[index].choices)
            other.conditions[index] = try (input.conditions[index] + 1).to(.int64).remainder(
                Tensor.full([], choices, .int64))
            #expect(try network.logits(other).array(of: Float.self) != before)
        }
        if let labels = input.labels {
            var other = input
            other.labels = try (labels + 1).to(.int64).remainder(Tensor.full([], Double(settings.classes) + 1, .int64))
            #expect(try network.logits(other).array(of: Float.self) != before)
        }
    }

    @Test("Dropout is random in training and absent in evaluation")
    func dropout() throws {
        let settings = PixelSNAILSettings.small(dropout: 0.5, .label)
        let generator = try Generator(seed: 9)
        let network = try PixelSNAIL(settings, generator: generator)
        let input = try settings.randomInput(count: 1, generator: generator)
        func logits(_ seed: UInt64?) throws -> [Float] {
            try network.logits(input, dropout: seed.map { try Generator(seed: $0) }).array(of: Float.self)
        }
        #expect(try logits(nil) == logits(nil))
        #expect(try logits(1) == logits(1))
        #expect(try logits(1) != logits(2))
        #expect(try logits(1) != logits(nil))
    }
}
