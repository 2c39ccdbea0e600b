import ConvolutionKernels

extension Tensor {
    /// The gradient of x where this is that of y = max(x, 0).
    ///
    /// - Parameter value: y.
    /// - Throws: ``TorchError``.
    package func throughReLU(_ value: Tensor) throws -> Tensor {
        try Operators.thresholdBackward(.tensor(self), .tensor(value), 0)
    }

    /// Turns the gradient of y = max(x, 0) into that of x, in its memory.
    ///
    ///     g ← g · [y > 0]  (+ other)
    ///
    /// - Parameters:
    ///   - value: y, or x: they are positive at the same places.
    ///   - other: Another gradient of x, which is added.
    /// - Returns: Over all axes but the channels the sum of the result, or of `other` where there is one: the gradient
    ///   of the bias of the convolution that it came from. On a CUDA device lines [·, C] that add up to it.
    /// - Throws: ``TorchError``.
    package func passThroughReLU(_ value: Tensor, adding other: Tensor? = nil) throws -> Tensor {
        if let passes = try ConvolutionPasses.passes(for: self), [value, other].allSatisfy({ $0?.suits(self) ?? true })
        {
            return try passes.passGradient(self, to: self, value, adding: other)
        }
        let all = [self, value] + (other.map { [$0] } ?? [])
        guard all.allSatisfy(\.suitsMapKernels) else {
            try Operators.thresholdBackwardInto(.tensor(self), .tensor(value), 0, .tensor(self))
            if let other { try addInPlace(other) }
            let sum = try (other ?? self).sum(axes: [0, 2, 3])
            return device.kind == .cuda ? try sum.to(.float32).unsqueezed(0) : sum
        }
        let hasOther = other != nil
        let channels = size(1)
        let rows = count / max(channels, 1)
        let blocks = (rows + rowsOfASum - 1) / rowsOfASum
        let sums = try Tensor.empty([blocks, channels])
        try KernelMemory.run(all + [sums], blocks, grain: 1) { memory, part in
            if hasOther {
                ConvolutionKernels.passThroughReLU(
                    memory[0], memory[1], adding: memory[2], rows: rows, channels: channels, sums: memory[3],
                    blocks: part)
            } else {
                ConvolutionKernels.passThroughReLU(
                    memory[0], memory[1], rows: rows, channels: channels, sums: memory[2], blocks: part)
            }
        }
        return try sums.sum(axes: [0])
    }

    /// Whether this map lies in memory as another one does.
    func suits(_ map: Tensor) -> Bool {
        shape == map.shape && dataType == map.dataType && device == map.device && isContiguous(.channelsLast)
    }
}
