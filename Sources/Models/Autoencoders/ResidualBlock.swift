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

    /// Applies the block.
    ///
    /// - Parameters:
    ///   - input: [N, hidden, h, w].
    ///   - relu: Whether max(x, 0) of the sum is the result.
    ///   - rectified: Holds max(input, 0) where that is there already, and then that of the result where it is free.
    func callAsFunction(_ input: Tensor, relu: Bool, rectified: RectifiedCopy = RectifiedCopy()) throws -> Tensor {
        let first = try self.first.product(input.dataType)
        let second = try self.second.product(input.dataType)
        // Kept for the way back where no kernel takes max(x, 0) as it reads x.
        let keeps = !first.rectifies(input)
        let operand = keeps ? try rectified.tensor ?? withoutGradients { try input.relu() } : input
        rectified.tensor = nil
        let hidden = try first(operand, rectifies: !keeps, .relu)
        let output = try second(hidden, .adding(input, relu: relu), rectified: relu ? nil : rectified)
        return try output.withGradient(of: [input] + first.inputs + second.inputs) { gradient in
            let sum = relu ? try gradient.throughReLU(output) : gradient
            // Both biases' gradients are sums over gradients that later passes read anyway.
            let outer = try second.gradients(sum, input: hidden, needsBias: false)
            guard let hiddenGradient = outer.input else { return [nil, nil, nil, nil, nil] }
            // The gradient that `second` gave is this function's own, and is changed in place.
            let firstBias = try hiddenGradient.passThroughReLU(hidden)
            var inner = try first.gradients(
                hiddenGradient, input: operand, rectified: !keeps, needsBias: false, adding: keeps ? nil : sum)
            if keeps { inner.otherSum = try inner.input?.passThroughReLU(operand, adding: sum) }
            return try [inner.input] + first.deliver(weight: inner.weight, bias: firstBias)
                + second.deliver(weight: outer.weight, bias: inner.otherSum)
        }
    }
}

/// Residual blocks one after the other, and max(x, 0) of the last one's result.
struct ResidualStack {
    private let blocks: [ResidualBlock]

    init(_ scope: Scope, _ settings: NetworkSettings) throws {
        blocks = try (0..<settings.residualBlocks).map { try ResidualBlock(scope / $0, settings) }
    }

    /// Applies the blocks.
    ///
    /// - Parameters:
    ///   - input: [N, hidden, h, w].
    ///   - rectified: Holds max(input, 0) where the layer before left that.
    func callAsFunction(_ input: Tensor, rectified: RectifiedCopy = RectifiedCopy()) throws -> Tensor {
        guard !blocks.isEmpty else { return try input.relu() }
        return try blocks.enumerated().reduce(input) {
            try $1.element($0, relu: $1.offset == blocks.count - 1, rectified: rectified)
        }
    }
}
