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
        let first = try self.first.product(input.dataType)
        let second = try self.second.product(input.dataType)
        let rectified = try withoutGradients { try input.relu() }
        let hidden = try first(rectified, .relu)
        let needsInput = input.requiresGradient
        let inputs = [input, first.weight, first.bias, second.weight, second.bias]
        // On the way back every gradient but the first is this function's own, and is changed in place.
        return try second(hidden, .adding(input)).withGradient(of: inputs) { gradient in
            let outer = try second.gradients(gradient, input: hidden, needsInput: true)
            guard let hiddenGradient = outer.input else {
                preconditionFailure("a gradient that was asked for is missing")
            }
            try hiddenGradient.passThroughReLUInPlace(hidden)
            let inner = try first.gradients(hiddenGradient, input: rectified, needsInput: needsInput)
            try inner.input?.passThroughReLUInPlace(rectified)
            try inner.input?.addInPlace(gradient)
            return [inner.input, inner.weight, inner.bias, outer.weight, outer.bias]
        }
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
