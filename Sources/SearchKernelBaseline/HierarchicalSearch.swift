// Compiled several times, for several instruction sets: see `searchKernel` in Package.swift. Products and sums are
// kept apart (no fused multiply-add), so that every variant gives the same bits and codes never depend on the
// processor.

/// Finds, for each vector of a range, the nearest codeword of every layer.
///
/// Layer by layer the score x·c − ‖c‖²/2 of the m children of the chosen parent is computed, the largest (the first
/// of equals) is taken and subtracted. Four vectors go through a layer together: their chains of additions are
/// independent, which hides the latency of one.
public func searchHierarchy(_ arrays: SearchArrays, _ range: Range<Int>) {
    let dimension = arrays.dimension
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * dimension) { scratch in
        guard let scratch = scratch.baseAddress else { return }
        var first = range.lowerBound
        while first < range.upperBound {
            // A last group of fewer than four repeats its last vector; the repeats are not written.
            let filled = min(4, range.upperBound - first)
            let last = filled - 1
            let start = arrays.vectors + first * dimension
            var residuals = Rows(
                start, start + min(1, last) * dimension, start + min(2, last) * dimension, start + last * dimension)
            var parents = SIMD4<Int32>(repeating: 0)
            for layer in 0..<arrays.layers {
                parents =
                    parents &* Int32(truncatingIfNeeded: arrays.branching)
                    &+ nearestChildren(arrays, layer, parents, residuals)
                let output = arrays.indices + layer * arrays.count + first
                for slot in 0..<filled { output[slot] = parents[slot] }
                let chosen = Rows(arrays.codewords[layer], parents, dimension)
                if layer + 1 < arrays.layers {
                    subtract(chosen.row0, residuals.row0, scratch, dimension)
                    subtract(chosen.row1, residuals.row1, scratch + dimension, dimension)
                    subtract(chosen.row2, residuals.row2, scratch + 2 * dimension, dimension)
                    subtract(chosen.row3, residuals.row3, scratch + 3 * dimension, dimension)
                    residuals = Rows(scratch, scratch + dimension, scratch + 2 * dimension, scratch + 3 * dimension)
                }
                if let sums = arrays.sums, arrays.hasPartialSums {
                    let stride = arrays.count * dimension
                    for slot in 0..<filled {
                        let target = sums + layer * stride + (first + slot) * dimension
                        add(chosen[slot], layer == 0 ? nil : target - stride, target, dimension)
                    }
                }
            }
            if let sums = arrays.sums, !arrays.hasPartialSums {
                for slot in 0..<filled {
                    writeTotal(arrays, vector: first + slot, to: sums + (first + slot) * dimension)
                }
            }
            first += 4
        }
    }
}

/// The best child of each of four vectors, each among the children of its own parent.
@inline(__always)
private func nearestChildren(
    _ arrays: SearchArrays, _ layer: Int, _ parents: SIMD4<Int32>, _ vectors: Rows
) -> SIMD4<Int32> {
    let dimension = arrays.dimension
    let lanes = arrays.lanes
    var bestScore = SIMD4<Float>(repeating: -.infinity)
    var best = SIMD4<Int32>(repeating: 0)
    for block in stride(from: 0, to: lanes, by: 8) {
        let offsets = Rows(arrays.offsets[layer] + block, parents, lanes)
        let table = Rows(arrays.transposed[layer] + block, parents, lanes * dimension)
        var score0 = load(offsets.row0)
        var score1 = load(offsets.row1)
        var score2 = load(offsets.row2)
        var score3 = load(offsets.row3)
        // One running column for four tables: pointers of their own would not fit into the registers.
        var column = 0
        for axis in 0..<dimension {
            score0 += Block(repeating: vectors.row0[axis]) * load(table.row0 + column)
            score1 += Block(repeating: vectors.row1[axis]) * load(table.row1 + column)
            score2 += Block(repeating: vectors.row2[axis]) * load(table.row2 + column)
            score3 += Block(repeating: vectors.row3[axis]) * load(table.row3 + column)
            column += lanes
        }
        take(score0, block, 0, &bestScore, &best)
        take(score1, block, 1, &bestScore, &best)
        take(score2, block, 2, &bestScore, &best)
        take(score3, block, 3, &bestScore, &best)
    }
    return best
}

/// Takes the largest lane of a block (the first of equals) if it beats what earlier blocks gave. A vector that is
/// not a number beats nothing and keeps child 0, so that an index is always in range.
///
/// A tournament of neighbours, so that a lower lane is always on the even side and wins ties. Masks instead of
/// `pointwiseMax`: that has to treat what is not a number, lane by lane with a branch that nobody can predict.
@inline(__always)
private func take(
    _ score: Block, _ block: Int, _ slot: Int, _ bestScore: inout SIMD4<Float>, _ best: inout SIMD4<Int32>
) {
    let won8 = score.oddHalf .> score.evenHalf
    let score4 = score.evenHalf.replacing(with: score.oddHalf, where: won8)
    let lane4 = SIMD4<Int32>(0, 2, 4, 6).replacing(with: SIMD4<Int32>(1, 3, 5, 7), where: won8)
    let won4 = score4.oddHalf .> score4.evenHalf
    let score2 = score4.evenHalf.replacing(with: score4.oddHalf, where: won4)
    let lane2 = lane4.evenHalf.replacing(with: lane4.oddHalf, where: won4)
    let isSecond = score2[1] > score2[0]
    let top = isSecond ? score2[1] : score2[0]
    let lane = isSecond ? lane2[1] : lane2[0]
    let isBetter = top > bestScore[slot]
    bestScore[slot] = isBetter ? top : bestScore[slot]
    best[slot] = isBetter ? Int32(truncatingIfNeeded: block) &+ lane : best[slot]
}

/// The sum of a vector's codewords, layer after layer as the partial sums are made, so that both give the same bits.
@inline(__always)
private func writeTotal(_ arrays: SearchArrays, vector: Int, to target: UnsafeMutablePointer<Float>) {
    let dimension = arrays.dimension
    @inline(__always)
    func codeword(_ layer: Int) -> UnsafePointer<Float> {
        arrays.codewords[layer] + Int(arrays.indices[layer * arrays.count + vector]) * dimension
    }
    var axis = 0
    while axis + 8 <= dimension {
        var sum = load(codeword(0) + axis)
        for layer in 1..<max(arrays.layers, 1) { sum += load(codeword(layer) + axis) }
        store(sum, target + axis)
        axis += 8
    }
    while axis < dimension {
        var sum = codeword(0)[axis]
        for layer in 1..<max(arrays.layers, 1) { sum += codeword(layer)[axis] }
        target[axis] = sum
        axis += 1
    }
}
