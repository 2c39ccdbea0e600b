import Testing
import Torch

@testable import Autoencoders

/// Blocks with a gradient of their own, beside the same layers one by one.
@Suite("Residual blocks")
struct ResidualBlockTests {
    @Test("Values and all gradients are those of the layers one by one", arguments: [0, 1, 2])
    func agreement(blocks: Int) throws {
        let generator = try Generator(seed: 3)
        let settings = NetworkSettings(
            channels: 3, hiddenUnits: 12, residualUnits: 5, residualBlocks: blocks, downsampling: 2)
        let store = ParameterStore()
        let stack = try ResidualStack(Scope(store: store, generator: generator) / "r", settings)
        // The same weights, since the same generator draws them in the same order.
        let other = ParameterStore()
        let scope = Scope(store: other, generator: try Generator(seed: 3))
        let layers = try (0..<blocks).map { index in
            (
                try Convolution2D(scope / "r" / index / "conv1", inputs: 12, outputs: 5, filter: 3, padding: 1),
                try Convolution2D(scope / "r" / index / "conv2", inputs: 5, outputs: 12, filter: 1)
            )
        }
        let numbers = try Tensor.normal([2, 12, 6, 5], generator: generator).channelsLast()
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
                try [result.array(of: Float.self)]
                    + ([input] + parameters).map { try #require(try $0.gradient()).array(of: Float.self) })
        }
        #expect(found[0].count == 2 + 4 * blocks)
        for (own, plain) in zip(found[0], found[1]) { expectClose(own, plain, absolute: 1e-4, relative: 1e-4) }
    }
}
