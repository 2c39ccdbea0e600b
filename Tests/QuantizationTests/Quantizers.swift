import Quantization
import Torch

/// A generator that tests can seed.
struct TestGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A quantizer with fresh codewords in a store of its own.
func makeQuantizer(
    structure: CodebookStructure = .hierarchical, layers: Int = 3, branching: Int = 4, dimension: Int = 6,
    learning: CodebookLearning = .movingAverage,
    decay: Double = 0.9, beta: Double = 0.25, betaSum: Double = 0.25, reviveAfter: Int = 3, seed: UInt64 = 1
) throws -> (quantizer: ResidualQuantizer, store: ParameterStore) {
    let store = ParameterStore()
    let quantizer = try ResidualQuantizer(
        Scope(store: store, generator: Generator(seed: seed)),
        QuantizerSettings(
            structure: structure, layers: layers, branching: branching, dimension: dimension, learning: learning,
            decay: decay, beta: beta,
            betaSum: betaSum, reviveAfter: reviveAfter))
    return (quantizer, store)
}

/// Normal latents [N, D, H, W] in channels-last memory.
func makeLatents(_ images: Int, _ dimension: Int, _ side: Int, seed: UInt64 = 2) throws -> Tensor {
    try Tensor.normal([images, dimension, side, side], generator: Generator(seed: seed)).channelsLast()
}
