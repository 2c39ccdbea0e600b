import Torch

/// The hierarchical search in plain tensor operations: the reference in tests, and the way on other devices.
///
/// Gathers the m children of each vector's parent, so it takes memory for [V, m, D]; it works in parts to bound that.
public enum ReferenceSearch {
    /// Vectors that go through together.
    static let partSize = 65_536

    /// Searches the rows of `vectors` [V, D] in codebooks [mⁱ, m, D].
    ///
    /// - Throws: `TorchError`.
    public static func search(_ vectors: Tensor, codebooks: [Tensor]) throws -> Assignment {
        try withoutGradients {
            let vectors = try vectors.detached()
            let count = vectors.size(0)
            var indices: [Tensor] = []
            var sums: [Tensor] = []
            for start in stride(from: 0, to: max(count, 1), by: partSize) {
                let part = try vectors.narrowed(axis: 0, start..<min(start + partSize, count))
                let found = try searchPart(part, codebooks)
                indices.append(found.indices)
                if let sum = found.sums { sums.append(sum) }
            }
            return Assignment(
                indices: try Tensor.concatenate(indices, axis: 1), sums: try Tensor.concatenate(sums, axis: 1))
        }
    }

    private static func searchPart(_ vectors: Tensor, _ codebooks: [Tensor]) throws -> Assignment {
        let count = vectors.size(0)
        let branching = Double(codebooks[0].size(1))
        let dimension = vectors.size(1)
        var parents = try Tensor.zeros([count], .int64, device: vectors.device)
        var residual = vectors
        var total: Tensor?
        var indices: [Tensor] = []
        var sums: [Tensor] = []
        for codebook in codebooks {
            let codebook = try codebook.detached()
            let children = try codebook.indexSelected(axis: 0, parents)
            let difference = try residual.unsqueezed(1) - children
            let distances = try (difference * difference).sum(axes: [2])
            parents = try (parents * branching).to(.int64) + distances.argmin(axis: 1)
            let codewords = try codebook.reshaped([-1, dimension]).indexSelected(axis: 0, parents)
            residual = try residual - codewords
            total = try total.map { try $0 + codewords } ?? codewords
            indices.append(try parents.to(.int32))
            if let total { sums.append(total) }
        }
        return Assignment(indices: try Tensor.stack(indices, axis: 0), sums: try Tensor.stack(sums, axis: 0))
    }
}
