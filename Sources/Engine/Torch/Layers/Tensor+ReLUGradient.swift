import FeatureMapKernels
import FeatureMapKernelsBFloat16
import Processors

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
    ///   of the bias of the convolution that it came from, of bfloat16 in float32. On a CUDA device lines [·, C]
    ///   that add up to it.
    /// - Throws: ``TorchError``.
    package func passThroughReLU(_ value: Tensor, adding other: Tensor? = nil) throws -> Tensor {
        if let passes = try ConvolutionPasses.passes(for: self), [value, other].allSatisfy({ $0?.suits(self) ?? true })
        {
            return try passes.passGradient(self, to: self, value, adding: other)
        }
        guard suitsMapKernels, dataType == .float32 || Processor.runsBFloat16Kernels, value.suits(self),
            other?.suits(self) ?? true
        else {
            try Operators.thresholdBackwardInto(.tensor(self), .tensor(value), 0, .tensor(self))
            if let other { try addInPlace(other) }
            let sum = try (other ?? self).wideSum(axes: [0, 2, 3])
            return device.isCUDA ? try sum.unsqueezed(0) : sum
        }
        let (hasOther, isLow) = (other != nil, dataType == .bfloat16)
        let channels = size(1)
        let rows = count / max(channels, 1)
        let blocks = (rows + rowsOfASum - 1) / rowsOfASum
        let sums = try Tensor.empty([blocks, channels])
        try KernelMemory.run([sums, self, value] + (other.map { [$0] } ?? []), blocks, grain: 1) { memory, part in
            if isLow {
                FeatureMapKernelsBFloat16.passThroughReLU(
                    memory.numbers(1), memory.numbers(2), adding: hasOther ? memory.numbers(3) : nil, rows: rows,
                    channels: channels, sums: memory[0], blocks: part)
            } else {
                FeatureMapKernels.passThroughReLU(
                    memory[1], memory[2], adding: hasOther ? memory[3] : nil, rows: rows, channels: channels,
                    sums: memory[0], blocks: part)
            }
        }
        return try sums.sum(axes: [0])
    }

    /// Whether this map lies in memory as another one does.
    func suits(_ map: Tensor) -> Bool {
        shape == map.shape && dataType == map.dataType && device == map.device && isContiguous(.channelsLast)
    }
}
