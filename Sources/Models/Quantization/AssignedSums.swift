import Torch

/// How many vectors each codeword of a layer got in one step, and their sum.
struct AssignedSums {
    /// n, int64 [mⁱ⁺¹] as Swift numbers.
    var counts: [Int64]
    /// s, float32 [mⁱ⁺¹, D].
    var sums: Tensor

    /// Takes numbers that were added up elsewhere.
    init(counts: [Int64], sums: Tensor) {
        self.counts = counts
        self.sums = sums
    }

    /// Adds up the vectors that entered a layer.
    ///
    /// - Parameters:
    ///   - layer: i, from 0.
    ///   - codewords: mⁱ⁺¹.
    ///   - output: The quantizer's output of this step.
    ///   - withSums: Whether the sums are wanted; they stay zero otherwise.
    /// - Throws: `TorchError`.
    init(layer: Int, codewords: Int, _ output: ResidualQuantizer.Output, withSums: Bool) throws {
        let vectors = output.vectors
        let indices = try output.assignment.indices.selected(axis: 0, layer)
        let entered = layer == 0 ? nil : try output.sums(through: layer - 1)
        let sums = try Tensor.zeros([codewords, vectors.size(1)], device: vectors.device)
        self.sums = sums
        counts = [Int64](repeating: 0, count: codewords)
        guard vectors.size(0) > 0 else { return }
        let parts = Self.parts(numbers: codewords * vectors.size(1))
        let partCounts = try Tensor.zeros([parts, codewords], .int32)
        // One part's sums are the sums.
        let partSums = withSums && parts > 1 ? try Tensor.zeros([parts, codewords, vectors.size(1)]) : sums
        let dense = try vectors.contiguous()
        let arrays = Arrays(
            indices: try indices.start(), vectors: try dense.start(), minus: try entered?.start(),
            counts: try partCounts.start(), sums: try partSums.start(), rows: vectors.size(0),
            codewords: codewords, dimension: vectors.size(1), parts: parts, withSums: withSums)
        try withExtendedLifetime((indices, dense, entered, partCounts, partSums)) {
            try Engine.parallel(parts, block: 1) { range in for part in range { arrays.add(part) } }
            for part in 0..<parts {
                for codeword in 0..<codewords { counts[codeword] += Int64(arrays.counts[part * codewords + codeword]) }
            }
        }
        if withSums, parts > 1 { try sums.copyInPlace(from: sumOfParts(partSums, zero: Float(0))) }
    }

    /// How many parts the rows are added up in, each with sums of its own. It does not depend on the number of threads,
    /// so that the sums do not either; large codebooks would take more time to clear than is won.
    private static func parts(numbers: Int) -> Int { numbers <= 1 << 16 ? 8 : 1 }
}

/// Where the numbers of ``AssignedSums`` are, for several threads; every part writes to places of its own.
private struct Arrays: @unchecked Sendable {
    let indices: UnsafeMutablePointer<Int32>
    let vectors: UnsafeMutablePointer<Float>
    let minus: UnsafeMutablePointer<Float>?
    let counts: UnsafeMutablePointer<Int32>
    let sums: UnsafeMutablePointer<Float>
    let rows: Int
    let codewords: Int
    let dimension: Int
    let parts: Int
    let withSums: Bool

    /// One pass over a part of the rows that subtracts and adds, without an array of residuals between.
    func add(_ part: Int) {
        let counts = self.counts + part * codewords
        let sums = self.sums + part * codewords * dimension
        for row in part * rows / parts..<(part + 1) * rows / parts {
            let index = Int(indices[row])
            counts[index] &+= 1
            guard withSums else { continue }
            let sum = sums + index * dimension
            let vector = vectors + row * dimension
            if let minus {
                let minus = minus + row * dimension
                for axis in 0..<dimension { sum[axis] += vector[axis] - minus[axis] }
            } else {
                for axis in 0..<dimension { sum[axis] += vector[axis] }
            }
        }
    }
}
