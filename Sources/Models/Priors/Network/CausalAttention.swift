import Processors
import Torch

/// t_p = softmax over j ≤ p of (q_p · k_j / √size), times v_j; Vaswani et al. (2017).
///
/// On the processor in float32 by a kernel of our own, which makes no [positions, positions] array, leaves out what is
/// masked, and has a gradient of its own: LibTorch's fused kernel takes four times as long with heads of eight channels.
/// That one does the work on other devices and in other types.
struct CausalAttention {
    /// Heads, which split the channels in order.
    var heads: Int
    /// The kernel's variant; `nil` for LibTorch.
    var kernel: KernelVariant? = .best

    /// Attends.
    ///
    /// - Parameters:
    ///   - queries: [N, positions, C].
    ///   - keysAndValues: [N, positions, 2C], keys first.
    /// - Returns: [N, positions, C].
    /// - Throws: `TorchError`.
    func callAsFunction(_ queries: Tensor, _ keysAndValues: Tensor) throws -> Tensor {
        guard let kernel, queries.suitsKernels else { return try fused(queries, keysAndValues) }
        return try attend(queries.contiguous(), keysAndValues.contiguous(), kernel.attention)
    }

    private func attend(
        _ queries: Tensor, _ keysAndValues: Tensor, _ operations: any AttentionOperations.Type
    ) throws -> Tensor {
        let (count, positions, channels) = (queries.size(0), queries.size(1), queries.size(2))
        let (heads, size) = (heads, channels / heads)
        let result = try Tensor.empty(queries.shape)
        let logSums = try Tensor.empty([count, heads, positions])
        try KernelMemory.run([queries, keysAndValues, result, logSums], count * heads, grain: 1) { memory, items in
            operations.attend(
                items, queries: memory[0], keysAndValues: memory[1], result: memory[2], logSums: memory[3],
                positions: positions, heads: heads, size: size)
        }
        return try result.withGradient(of: [queries, keysAndValues]) { gradient in
            let found = [try Tensor.empty(queries.shape), try Tensor.empty(keysAndValues.shape)]
            let tensors = [queries, keysAndValues, result, logSums, try gradient.contiguous()] + found
            try KernelMemory.run(tensors, count * heads, grain: 1) { memory, items in
                operations.attendBackward(
                    items, queries: memory[0], keysAndValues: memory[1], result: memory[2], logSums: memory[3],
                    gradient: memory[4], queryGradient: memory[5], keyValueGradient: memory[6],
                    positions: positions, heads: heads, size: size)
            }
            return found
        }
    }

    private func fused(_ queries: Tensor, _ keysAndValues: Tensor) throws -> Tensor {
        let channels = queries.size(2)
        return try PriorOperators.attention(
            .tensor(split(queries)),
            .tensor(split(keysAndValues.narrowed(axis: 2, 0..<channels))),
            .tensor(split(keysAndValues.narrowed(axis: 2, channels..<2 * channels))),
            .none, 0.0, true
        ).permuted([0, 2, 1, 3]).reshaped(queries.shape)
    }

    /// [N, positions, C] as [N, heads, positions, C/heads]; no copy.
    private func split(_ tensor: Tensor) throws -> Tensor {
        try tensor.reshaped([tensor.size(0), tensor.size(1), heads, tensor.size(2) / heads]).permuted([0, 2, 1, 3])
    }
}
