import Datasets
import Latents
import Priors
import Testing
import Torch

/// A small prior for tests of samplers, with what it is asked about.
struct SampledPrior: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var settings: PixelSNAILSettings
    var count: Int

    init(
        _ name: String, height: Int = 6, width: Int = 4, choices: Int = 5, hidden: Int = 24, residual: Int = 20,
        groups: Int = 2, blocks: Int = 2, attention: Int = 1, heads: Int = 3, filter: Int = 5, outputs: Int = 0,
        conditions: [CodeLayer] = [], classes: Int = 0, count: Int = 3
    ) {
        testDescription = name
        settings = PixelSNAILSettings(
            height: height, width: width, choices: choices, hiddenUnits: hidden, residualUnits: residual,
            groups: groups, residualBlocks: blocks, attentionLayers: attention, attentionHeads: heads,
            filterSize: filter, outputLayers: outputs, conditioningBlocks: 1, conditions: conditions,
            classes: classes)
        self.count = count
    }

    static let twoLayers = [
        CodeLayer(height: 3, width: 2, choices: 4), CodeLayer(height: 6, width: 4, choices: 16),
    ]

    /// Everything that changes the kernel's way: conditions, filters, attention, sizes that fill no block, batches.
    static let all = [
        SampledPrior("two layers and a label", conditions: twoLayers, classes: 3),
        SampledPrior("a label alone", classes: 3, count: 9),
        SampledPrior("nothing"),
        SampledPrior("filter 1, no attention", attention: 0, filter: 1, count: 1),
        SampledPrior("filter 3, attention in all groups", attention: 2, filter: 3, count: 8),
        SampledPrior("filter 7", height: 7, filter: 7, conditions: [], count: 19),
        SampledPrior("wider than high, output layers", height: 3, width: 8, outputs: 2),
        SampledPrior("one column", height: 5, width: 1, attention: 2),
        SampledPrior("one row", height: 1, width: 7, attention: 2),
        SampledPrior("odd channels", width: 5, choices: 9, hidden: 21, residual: 13, attention: 2, outputs: 1),
        SampledPrior("wide heads, whole blocks", choices: 8, hidden: 32, residual: 16, attention: 2, heads: 1),
        SampledPrior("no residual blocks", blocks: 0, attention: 2),
        SampledPrior("more positions than a block of attention, six heads", height: 12, width: 12, heads: 6),
        SampledPrior("one position", height: 1, width: 1, attention: 2),
        SampledPrior("odd channels, one a head, filter 7", hidden: 7, residual: 9, attention: 2, heads: 7, filter: 7),
        SampledPrior("as many codes as channels, four heads", choices: 16, hidden: 16, heads: 4),
        SampledPrior("more codes than channels", choices: 40, hidden: 24, attention: 2, heads: 8),
    ]

    /// A network whose numbers are larger than fresh ones, so that every part of it shows in the logits.
    func makeNetwork() throws -> PixelSNAIL {
        let network = try PixelSNAIL(settings, generator: Generator(seed: 5))
        try withoutGradients {
            for parameter in network.parameters.all {
                try parameter.tensor.multiplyInPlace(parameter.name.hasPrefix("positions") ? 20 : 1.7)
            }
        }
        return network
    }

    /// Random integers below a bound.
    static func integers(_ shape: [Int], below bound: Int, seed: UInt64) throws -> Tensor {
        var generator = SeededGenerator(seed: seed, stream: "integers")
        return try Tensor((0..<shape.reduce(1, *)).map { _ in Int32(generator.below(bound)) }, shape)
    }

    var conditions: [Tensor] {
        get throws {
            try settings.conditions.enumerated().map { layer, condition in
                try Self.integers(
                    [count, condition.height, condition.width], below: condition.choices, seed: UInt64(layer))
            }
        }
    }

    /// The last image has no class in particular.
    var labels: [Int]? {
        settings.classes == 0 ? nil : (0..<count).map { $0 == count - 1 ? settings.classes : $0 % settings.classes }
    }

    var codes: Tensor {
        get throws {
            try Self.integers([count, settings.height, settings.width], below: settings.choices, seed: 99)
        }
    }

    func request(seed: UInt64 = 7) throws -> SamplingRequest {
        SamplingRequest(
            count: count, conditions: try conditions, labels: labels, seed: seed, stream: "codes")
    }
}
