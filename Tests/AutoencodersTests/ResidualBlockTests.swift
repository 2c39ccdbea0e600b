import TensorTestSupport
import Testing
import Torch

@testable import Autoencoders

/// Blocks with a gradient of their own, beside the same layers one by one.
@Suite("Residual blocks")
struct ResidualBlockTests {
    /// Channels that our own kernel takes with AVX2 or AVX-512, and that it leaves to the engine.
    @Test(
        "Values and all gradients are those of the layers one by one",
        arguments: [(0, 12, 5), (1, 64, 32), (2, 12, 5)],
        [DataType.float32, .bfloat16])
    func agreement(shape: (blocks: Int, hidden: Int, inner: Int), type: DataType) throws {
        let (blocks, hidden, inner) = shape
        let generator = try Generator(seed: 3)
        let settings = NetworkSettings(
            channels: 3, hiddenUnits: hidden, residualUnits: inner, residualBlocks: blocks, downsampling: 2)
        let store = ParameterStore()
        let stack = try ResidualStack(Scope(store: store, generator: generator) / "r", settings)
        // The same weights, since the same generator draws them in the same order.
        let other = ParameterStore()
        let scope = Scope(store: other, generator: try Generator(seed: 3))
        let layers = try (0..<blocks).map { index in
            (
                try Convolution2D(scope / "r" / index / "conv1", inputs: hidden, outputs: inner, filter: 3, padding: 1),
                try Convolution2D(scope / "r" / index / "conv2", inputs: inner, outputs: hidden, filter: 1)
            )
        }
        let numbers = try Tensor.normal([2, hidden, 8, 8], generator: generator).channelsLast().to(type)
        var found: [[[Float]]] = []
        for isOwn in [true, false] {
            let input = try numbers.cloned()
            try input.setRequiresGradient(true)
            var result = input
            if isOwn {
                result = try stack(input)
            } else {
                for (first, second) in layers { result = try result + second(first(result.relu()).relu()) }
                result = try result.relu()
            }
            try (result * numbers).sum().backward()
            let parameters = (isOwn ? store : other).all.map(\.tensor)
            found.append(
                try [result.to(.float32).array(of: Float.self)]
                    + ([input] + parameters).map {
                        try #require(try $0.gradient()).to(.float32).array(of: Float.self)
                    })
        }
        #expect(found[0].count == 2 + 4 * blocks)
        for (own, plain) in zip(found[0], found[1]) { try compare(own, plain, type) }
    }

    /// In bfloat16 the two ways round at different places: their distance counts, beside their length.
    private func compare(_ own: [Float], _ plain: [Float], _ type: DataType) throws {
        if type == .float32 { return expectClose(own, plain, absolute: 2e-4, relative: 1e-4) }
        func length(_ numbers: [Float]) -> Float { numbers.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        #expect(length(zip(own, plain).map { $0 - $1 }) < 0.02 * length(plain))
    }
}
