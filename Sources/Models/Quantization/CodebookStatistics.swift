import Torch

/// What training keeps of each codeword: moving averages of how many vectors it got and of their sum, and how many
/// steps it has gone unused.
///
///     N ← γN + (1 − γ)n,   S ← γS + (1 − γ)s,   codeword = S / N
///
/// (van den Oord et al. 2017, appendix A.1; without Laplace smoothing, which would pull every codeword towards its
/// neighbours' counts: a codeword whose count has decayed to nothing keeps its place instead.)
package final class CodebookStatistics {
    private let settings: QuantizerSettings
    /// N of each layer, [mⁱ⁺¹], in a flat structure [m] as all that follows.
    package let counts: [Tensor]
    /// S of each layer, [mⁱ⁺¹, D].
    package let sums: [Tensor]
    /// Steps since a codeword was last used, int32 [mⁱ⁺¹].
    package let unused: [Tensor]
    /// 1 once codewords were placed by k-means: initialising again after loading would throw training away.
    package let initialized: Tensor

    /// Below this count a codeword is not recomputed: N and S are too small to divide.
    static let leastCount = 1e-3

    init(_ settings: QuantizerSettings, device: Device) throws {
        self.settings = settings
        counts = try settings.codewords.map { try Tensor.full([$0], 1, device: device) }
        sums = try settings.codewords.map { try Tensor.zeros([$0, settings.dimension], device: device) }
        unused = try settings.codewords.map { try Tensor.zeros([$0], .int32, device: device) }
        initialized = try Tensor.zeros([1], .int32)
    }

    /// Starts from codewords: N = 1 and S = codeword, so that S / N is the codeword.
    ///
    /// - Throws: `TorchError`.
    package func restart(from codebooks: [Tensor]) throws {
        for layer in 0..<settings.layers {
            try counts[layer].fillInPlace(1)
            try sums[layer].copyInPlace(from: codebooks[layer].detached().reshaped([-1, settings.dimension]))
            try unused[layer].fillInPlace(0)
        }
    }

    /// Takes the vectors of one step in and moves the codewords (moving averages only).
    ///
    /// - Returns: How many vectors each codeword of each layer got, [n][mⁱ⁺¹].
    /// - Throws: `TorchError`.
    func update(_ output: ResidualQuantizer.Output, codebooks: [Tensor]) throws -> [[Int64]] {
        var usage: [[Int64]] = []
        for layer in 0..<settings.layers {
            let assigned =
                try output.assigned?[layer]
                ?? AssignedSums(
                    layer: layer, codewords: settings.codewords[layer], output,
                    withSums: settings.learning == .movingAverage)
            usage.append(assigned.counts)
            try unused[layer].withMemory(of: Int32.self) { unused in
                for codeword in unused.indices {
                    unused[codeword] = assigned.counts[codeword] > 0 ? 0 : unused[codeword] &+ 1
                }
            }
            guard settings.learning == .movingAverage else { continue }
            let added = try Tensor(assigned.counts.map(Float.init), [assigned.counts.count]).to(counts[layer].device)
            try counts[layer].multiplyInPlace(settings.decay)
            try counts[layer].addInPlace(added * (1 - settings.decay))
            try sums[layer].multiplyInPlace(settings.decay)
            try sums[layer].addInPlace(assigned.sums * (1 - settings.decay))
            let codebook = try codebooks[layer].detached()
            let means = try (sums[layer] / counts[layer].clamped(to: Self.leastCount...(.infinity)).unsqueezed(1))
                .reshaped(codebook.shape)
            let enough = try counts[layer].isGreater(than: Self.leastCount).reshaped([-1, settings.branching, 1])
            try codebook.copyInPlace(from: enough.choose(means, codebook))
        }
        return usage
    }

    /// Everything by name, for a checkpoint; shares memory.
    package func state() -> [(name: String, tensor: Tensor)] {
        (0..<settings.layers).flatMap { layer in
            [("counts.\(layer)", counts[layer]), ("sums.\(layer)", sums[layer]), ("unused.\(layer)", unused[layer])]
        } + [("initialized", initialized)]
    }
}
