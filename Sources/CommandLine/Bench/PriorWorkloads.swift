import Foundation
import HRVQ

/// The codes that priors are measured on: the third of three layers of 8, given the two before it.
private enum BenchCodes {
    static func space(side: Int) -> CodeSpace {
        CodeSpace(
            model: "", kind: ModelKind.hrvqvae.rawValue,
            grids: [.init(height: side, width: side, branchings: [8, 8, 8])], isHierarchical: true,
            imageDimensions: side * side * 3)
    }

    static let layer = 2

    static func network(_ preset: PriorPreset, _ space: CodeSpace) throws -> (PriorConfiguration, PixelSNAIL) {
        let configuration = try preset.configuration().resolved(layer: layer, of: space.layers.count)
        let network = try PixelSNAIL(
            configuration.settings(layer: layer, in: space), generator: Generator(seed: 1))
        return (configuration, network)
    }
}

extension PixelSNAIL {
    /// What the logits of an image take: every weight that is not masked at every position, and the products of causal
    /// attention, queries with keys and probabilities with values.
    ///
    /// - Parameter isSampling: Whether products with the embedding of a code are taken from tables.
    fileprivate func operations(isSampling: Bool = false) -> Double {
        let tables = ["embedding.", "positions.", "conditioning.embeddings.", "conditioning.labels."]
        let (rows, filter) = (settings.filterRows, settings.filterSize)
        var weights = 0
        for (name, tensor) in parameters.all.map({ ($0.name, $0.tensor) })
        where tensor.rank >= 2 && !tables.contains(where: name.hasPrefix) {
            let isInput = name == "input.weight"
            if isInput, isSampling { continue }
            var seen = tensor.count
            if tensor.rank == 4, tensor.size(2) == rows, tensor.size(3) == filter {
                // Of the last row the half up to the position is seen, by the first layer without the position itself.
                seen -= seen / (rows * filter) * (isInput ? filter / 2 + 1 : filter / 2)
            }
            weights += isSampling && name.hasSuffix(".keyValue.weight") ? seen / 2 : seen
        }
        let positions = Double(settings.positions)
        let attention = Double(2 * settings.attentionLayers * settings.hiddenUnits) * positions * positions
        return 2 * Double(weights) * positions + attention
    }
}

/// Training steps of a prior for CIFAR-10 on random codes: forward, backward, Adam, averages.
struct TrainPriorWorkload: BenchWorkload {
    let unit = "images"
    private let data: PriorData
    private let network: PixelSNAIL
    private let trainingStep: TrainingStep
    private let configuration: PriorConfiguration
    private let dropout: Generator
    private var position = 0

    init(images: Int = 4096) throws {
        let space = BenchCodes.space(side: 16)
        (configuration, network) = try BenchCodes.network(.hrvqvaeCIFAR10, space)
        network.precision = configuration.training.precision.resolve(on: .cpu)
        dropout = try Generator(seed: 2)
        let codes = try Tensor.uniform([images, 3, 16, 16], in: 0...7.999, generator: dropout).to(.int32)
        data = try PriorData(
            CodesFile(codes: Codes(grids: [codes]), indices: Array(0..<images), labels: nil, space: space),
            layer: BenchCodes.layer, settings: network.settings)
        trainingStep = TrainingStep(
            network.parameters, optimizer: try Adam(network.parameters),
            averaging: try WeightAveraging(network.parameters, decay: configuration.training.averagingDecay),
            gradientClip: configuration.optimizer.gradientClip)
    }

    /// The products on the way forward, and both gradients of each.
    func bound() -> WorkBound? { WorkBound(operations: 3 * network.operations(), type: network.precision) }

    mutating func repeated(_ count: Int) throws -> Int {
        let batch = configuration.training.batchSize[0]
        for _ in 0..<count {
            let places = (position..<position + batch).map { $0 % data.count }
            position += batch
            _ = try trainingStep(step: 0, learningRate: configuration.optimizer.learningRate) {
                try network.addGradients(
                    of: data, places, withheld: Array(repeating: false, count: batch),
                    partSize: network.settings.partSize(on: .cpu) ?? batch, dropout: dropout, on: .cpu)
            }
        }
        return count * batch
    }
}

/// Sampling of one layer, 16 images together.
struct SampleWorkload: BenchWorkload {
    let unit = "images"
    private let network: PixelSNAIL
    private let sampler: IncrementalSampler
    private let conditions: [Tensor]
    private let batch: Int
    private var seed: UInt64 = 0

    init(_ preset: PriorPreset, side: Int, batch: Int = 16) throws {
        self.batch = batch
        (_, network) = try BenchCodes.network(preset, BenchCodes.space(side: side))
        sampler = try IncrementalSampler(network)
        let generator = try Generator(seed: 3)
        conditions = try network.settings.conditions.map {
            try Tensor.uniform([batch, side, side], in: 0...(Double($0.choices) - 0.001), generator: generator)
                .to(.int32)
        }
    }

    /// One pass over all positions, however they are divided into steps.
    func bound() -> WorkBound? { WorkBound(operations: network.operations(isSampling: true), type: .float32) }

    mutating func repeated(_ count: Int) throws -> Int {
        for _ in 0..<count {
            seed += 1
            _ = try sampler.sample(
                SamplingRequest(count: batch, conditions: conditions, seed: seed, stream: "bench"))
        }
        return count * batch
    }
}
