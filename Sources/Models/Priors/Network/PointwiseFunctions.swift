import Processors
import Torch

/// The functions between a network's products, on [N, H, W, C].
///
/// On the processor in float32 they are kernels of our own with gradients of their own: each is one pass over memory
/// where LibTorch's operators take several, and the gradient of an ELU comes from its result, without an exponential.
struct PointwiseFunctions {
    /// The kernel's variant; `nil` for LibTorch.
    var kernel: KernelVariant? = .best

    private func operations(for tensor: Tensor) -> (any AttentionOperations.Type)? {
        tensor.suitsKernels ? kernel?.attention : nil
    }

    /// Numbers that are worth a thread.
    private static let grain = 1 << 14

    /// ELU, with zeros around: `above` rows, and `side` columns left and right.
    ///
    /// - Returns: [N, H + above, W + 2 · side, C].
    /// - Throws: `TorchError`.
    func elu(_ input: Tensor, above: Int = 0, side: Int = 0) throws -> Tensor {
        guard let operations = operations(for: input) else {
            let result = try input.elu()
            return above + side == 0 ? result : try result.padded([0, 0, side, side, above, 0])
        }
        let source = try input.contiguous()
        let (count, height, channels) = (source.size(0), source.size(1), source.size(3))
        let length = source.size(2) * channels
        let result = try Tensor.empty([count, height + above, source.size(2) + 2 * side, channels])
        let grain = Self.grain / max(length, 1) + 1
        try KernelMemory.run([source, result], count * (height + above), grain: grain) { memory, rows in
            operations.padELU(
                rows, source: memory[0], target: memory[1], height: height, length: length, above: above,
                side: side * channels)
        }
        return try result.withGradient(of: [source]) { gradient in
            let found = try Tensor.empty(source.shape)
            try KernelMemory.run([result, gradient.contiguous(), found], count * height, grain: grain) { memory, rows in
                operations.padELUBackward(
                    rows, padded: memory[0], gradient: memory[1], target: memory[2], height: height, length: length,
                    above: above, side: side * channels)
            }
            return [found]
        }
    }

    /// ELU, then dropout: each number is kept with the probability 1 − `share` (to within 2⁻³²) and divided by it, or set
    /// to zero.
    ///
    /// What is dropped is a function of the generator's state, whatever the number of threads: one draw a call, hashed
    /// with each number's place.
    ///
    /// - Parameter dropout: Where that draw comes from; `nil` for no dropout.
    /// - Throws: `TorchError`.
    func eluWithDropout(_ input: Tensor, _ share: Double, _ dropout: Generator?) throws -> Tensor {
        guard let dropout, share > 0 else { return try elu(input) }
        guard let operations = operations(for: input) else { return try input.elu().dropout(share, dropout) }
        let source = try input.contiguous()
        let draw = try Tensor.empty([1], .int64)
        try PriorOperators.random(.tensor(draw), .generator(dropout))
        let seed = UInt64(bitPattern: try draw.array(of: Int64.self)[0])
        let threshold = UInt32(min(share * 0x1p32, 0x1p32 - 1))
        let count = source.count
        let result = try Tensor.empty(source.shape)
        try KernelMemory.run([source, result], (count + 7) / 8, grain: Self.grain / 8) { memory, blocks in
            operations.dropELU(
                blocks, source: memory[0], target: memory[1], count: count, share: Float(share), threshold: threshold,
                seed: seed)
        }
        return try result.withGradient(of: [source]) { gradient in
            let found = try Tensor.empty(source.shape)
            try KernelMemory.run(
                [result, gradient.contiguous(), found], (count + 7) / 8, grain: Self.grain / 8
            ) { memory, blocks in
                operations.dropELUBackward(
                    blocks, result: memory[0], gradient: memory[1], target: memory[2], count: count,
                    share: Float(share))
            }
            return [found]
        }
    }

    /// h + a · σ(b), where `gates` holds a and b: [N, H, W, 2C].
    ///
    /// - Throws: `TorchError`.
    func addGated(_ hidden: Tensor, _ gates: Tensor) throws -> Tensor {
        guard let operations = operations(for: gates) else { return try hidden + gates.gatedLinearUnit() }
        let (hidden, gates) = (try hidden.contiguous(), try gates.contiguous())
        let channels = hidden.size(3)
        let rows = hidden.count / max(channels, 1)
        let result = try Tensor.empty(hidden.shape)
        let grain = Self.grain / max(channels, 1) + 1
        try KernelMemory.run([hidden, gates, result], rows, grain: grain) { memory, rows in
            operations.addGated(rows, hidden: memory[0], gates: memory[1], target: memory[2], channels: channels)
        }
        return try result.withGradient(of: [hidden, gates]) { gradient in
            let found = try Tensor.empty(gates.shape)
            let gradient = try gradient.contiguous()
            try KernelMemory.run([gates, gradient, found], rows, grain: grain) { memory, rows in
                operations.addGatedBackward(
                    rows, gates: memory[0], gradient: memory[1], target: memory[2], channels: channels)
            }
            return [gradient, found]
        }
    }
}
