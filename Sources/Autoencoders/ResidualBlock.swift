import Torch

/// x + conv1×1(ReLU(conv3×3(ReLU(x)))), as in VQ-VAE-2 (Razavi et al. 2019).
final class ResidualBlock {
    private let first: Convolution2D
    private let second: Convolution2D

    init(_ scope: Scope, _ settings: NetworkSettings) throws {
        first = try Convolution2D(
            scope / "conv1", inputs: settings.hiddenUnits, outputs: settings.residualUnits, filter: 3, padding: 1)
        second = try Convolution2D(
            scope / "conv2", inputs: settings.residualUnits, outputs: settings.hiddenUnits, filter: 1)
    }

    func callAsFunction(_ input: Tensor) throws -> Tensor {
        let output = try second(first(input.relu()).reluInPlace())
        // Nothing else reads the convolution's result, and its derivative does not need it.
        try output.addInPlace(input)
        return output
    }
}

/// Residual blocks one after the other.
struct ResidualStack {
    private let blocks: [ResidualBlock]

    init(_ scope: Scope, _ settings: NetworkSettings) throws {
        blocks = try (0..<settings.residualBlocks).map { try ResidualBlock(scope / $0, settings) }
    }

    func callAsFunction(_ input: Tensor) throws -> Tensor {
        try blocks.reduce(input) { try $1($0) }
    }
}
