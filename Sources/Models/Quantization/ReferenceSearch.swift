import Torch

/// The search in plain tensor operations: the reference in tests, and the way on devices that kernels do not know.
///
/// Under a parent it gathers the m children, which takes memory for [V, m, D]; in a large codebook without parents it
/// takes the largest x·c − ‖c‖²/2 of a matrix product, [V, m]. It works in parts to bound either.
package enum ReferenceSearch {
    /// Numbers that a part may take.
    static let partSize = 1 << 24
    /// Codebooks up to this size are compared by differences, which round less than the product does.
    static let smallCodebook = 64

    /// Searches the rows of `vectors` [V, D] in codebooks [mⁱ, m, D], or [1, m, D] in a flat structure.
    ///
    /// - Throws: `TorchError`.
    package static func search(
        _ vectors: Tensor, codebooks: [Tensor], structure: CodebookStructure = .hierarchical
    ) throws -> Assignment {
        try withoutGradients {
            let vectors = try vectors.detached()
            let count = vectors.size(0)
            var indices: [Tensor] = []
            var sums: [Tensor] = []
            let widest = codebooks.map { $0.size(1) * (isProduct($0) ? 1 : $0.size(2)) }.max() ?? 1
            let partSize = max(partSize / max(widest, 1), 1)
            for start in stride(from: 0, to: max(count, 1), by: partSize) {
                let part = try vectors.narrowed(axis: 0, start..<min(start + partSize, count))
                let found = try searchPart(part, codebooks, structure)
                indices.append(found.indices)
                if let sum = found.sums { sums.append(sum) }
            }
            return Assignment(
                indices: try Tensor.concatenate(indices, axis: 1), sums: try Tensor.concatenate(sums, axis: 1))
        }
    }

    private static func searchPart(
        _ vectors: Tensor, _ codebooks: [Tensor], _ structure: CodebookStructure
    ) throws -> Assignment {
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
            if structure == .flat { parents = try Tensor.zeros([count], .int64, device: vectors.device) }
            parents =
                try (parents * branching).to(.int64)
                + distances(from: residual, to: codebook, of: parents).argmin(axis: 1)
            let codewords = try codebook.reshaped([-1, dimension]).indexSelected(axis: 0, parents)
            residual = try residual - codewords
            total = try total.map { try $0 + codewords } ?? codewords
            indices.append(try parents.to(.int32))
            if let total { sums.append(total) }
        }
        return Assignment(indices: try Tensor.stack(indices, axis: 0), sums: try Tensor.stack(sums, axis: 0))
    }

    /// Whether a codebook is compared by a matrix product.
    private static func isProduct(_ codebook: Tensor) -> Bool {
        codebook.size(0) == 1 && codebook.size(1) > smallCodebook
    }

    /// Numbers [V, m] in the order of the distances to the codewords of each vector's parent.
    private static func distances(from vectors: Tensor, to codebook: Tensor, of parents: Tensor) throws -> Tensor {
        if isProduct(codebook) {
            let codewords = try codebook.selected(axis: 0, 0)
            let squares = try (codewords * codewords).sum(axes: [1])
            return try squares * 0.5 - vectors.matmul(codewords.permuted([1, 0]))
        }
        let difference = try vectors.unsqueezed(1) - codebook.indexSelected(axis: 0, parents)
        return try (difference * difference).sum(axes: [2])
    }
}
