// Compiled several times, for several instruction sets: see `searchKernel` in Package.swift. Products and sums are
// kept apart (no fused multiply-add), so that every variant gives the same bits and codes never depend on the
// processor.

/// Where the arrays of one hierarchical search are. Plain pointers: this is the inside of a kernel.
public struct HierarchicalSearchArrays: @unchecked Sendable {
    /// Vectors [count, dimension].
    public var vectors: UnsafePointer<Float>
    /// For each layer: [parents, dimension, lanes], codewords of one parent side by side.
    public var transposed: UnsafePointer<UnsafePointer<Float>>
    /// For each layer: −‖c‖²/2 of [parents, lanes]; −∞ in lanes that no codeword fills.
    public var offsets: UnsafePointer<UnsafePointer<Float>>
    /// For each layer: codewords [parents · branching, dimension].
    public var codewords: UnsafePointer<UnsafePointer<Float>>
    /// Out: absolute codeword numbers [layers, count].
    public var indices: UnsafeMutablePointer<Int32>
    /// Out: the sum of the codewords of layers up to each one, [layers, count, dimension]; may be absent.
    public var sums: UnsafeMutablePointer<Float>?
    /// The number of vectors.
    public var count: Int
    /// The length of a vector.
    public var dimension: Int
    /// The number of layers n.
    public var layers: Int
    /// Codewords a codebook, m.
    public var branching: Int
    /// `branching` rounded up to whole blocks of eight.
    public var lanes: Int

    /// Collects the pointers.
    public init(
        vectors: UnsafePointer<Float>, transposed: UnsafePointer<UnsafePointer<Float>>,
        offsets: UnsafePointer<UnsafePointer<Float>>, codewords: UnsafePointer<UnsafePointer<Float>>,
        indices: UnsafeMutablePointer<Int32>, sums: UnsafeMutablePointer<Float>?, count: Int, dimension: Int,
        layers: Int, branching: Int, lanes: Int
    ) {
        self.vectors = vectors
        self.transposed = transposed
        self.offsets = offsets
        self.codewords = codewords
        self.indices = indices
        self.sums = sums
        self.count = count
        self.dimension = dimension
        self.layers = layers
        self.branching = branching
        self.lanes = lanes
    }
}

private typealias Block = SIMD8<Float>

/// Finds, for each vector of a range, the nearest codeword of every layer.
///
/// Layer by layer the score x·c − ‖c‖²/2 of the m children of the chosen parent is computed, the largest (the first
/// of equals) is taken and subtracted. Four vectors go through a layer together: their chains of additions are
/// independent, which hides the latency of one.
public func searchHierarchy(_ arrays: HierarchicalSearchArrays, _ range: Range<Int>) {
    let dimension = arrays.dimension
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * dimension) { scratch in
        guard let residuals = scratch.baseAddress else { return }
        var first = range.lowerBound
        while first < range.upperBound {
            // A last group of fewer than four repeats its last vector; the repeats are not written.
            let filled = min(4, range.upperBound - first)
            for slot in 0..<4 {
                let source = arrays.vectors + (first + min(slot, filled - 1)) * dimension
                (residuals + slot * dimension).update(from: source, count: dimension)
            }
            var parents = SIMD4<Int32>(repeating: 0)
            for layer in 0..<arrays.layers {
                let children = nearestChildren(arrays, layer, parents, residuals)
                parents = parents &* Int32(truncatingIfNeeded: arrays.branching) &+ children
                let output = arrays.indices + layer * arrays.count + first
                for slot in 0..<filled { output[slot] = parents[slot] }
                for slot in 0..<4 {
                    subtract(
                        arrays.codewords[layer] + Int(parents[slot]) * dimension, residuals + slot * dimension,
                        dimension)
                }
                if let sums = arrays.sums {
                    for slot in 0..<filled {
                        let row = (first + slot) * dimension
                        let target = sums + layer * arrays.count * dimension + row
                        let before = layer == 0 ? nil : target - arrays.count * dimension
                        accumulate(arrays.codewords[layer] + Int(parents[slot]) * dimension, before, target, dimension)
                    }
                }
            }
            first += 4
        }
    }
}

/// The best child of each of four vectors, each among the children of its own parent.
@inline(__always)
private func nearestChildren(
    _ arrays: HierarchicalSearchArrays, _ layer: Int, _ parents: SIMD4<Int32>, _ residuals: UnsafeMutablePointer<Float>
) -> SIMD4<Int32> {
    let dimension = arrays.dimension
    let lanes = arrays.lanes
    var bestScore = SIMD4<Float>(repeating: -.infinity)
    var best = SIMD4<Int32>(repeating: 0)
    let x0 = residuals
    let x1 = residuals + dimension
    let x2 = residuals + 2 * dimension
    let x3 = residuals + 3 * dimension
    for block in stride(from: 0, to: lanes, by: 8) {
        let table = arrays.transposed[layer] + block
        let offset = arrays.offsets[layer] + block
        var score0 = load(offset + Int(parents[0]) * lanes)
        var score1 = load(offset + Int(parents[1]) * lanes)
        var score2 = load(offset + Int(parents[2]) * lanes)
        var score3 = load(offset + Int(parents[3]) * lanes)
        var c0 = table + Int(parents[0]) * lanes * dimension
        var c1 = table + Int(parents[1]) * lanes * dimension
        var c2 = table + Int(parents[2]) * lanes * dimension
        var c3 = table + Int(parents[3]) * lanes * dimension
        for axis in 0..<dimension {
            score0 += Block(repeating: x0[axis]) * load(c0)
            score1 += Block(repeating: x1[axis]) * load(c1)
            score2 += Block(repeating: x2[axis]) * load(c2)
            score3 += Block(repeating: x3[axis]) * load(c3)
            c0 += lanes
            c1 += lanes
            c2 += lanes
            c3 += lanes
        }
        take(score0, block, 0, &bestScore, &best)
        take(score1, block, 1, &bestScore, &best)
        take(score2, block, 2, &bestScore, &best)
        take(score3, block, 3, &bestScore, &best)
    }
    return best
}

@inline(__always)
private func load(_ pointer: UnsafePointer<Float>) -> Block {
    UnsafeRawPointer(pointer).loadUnaligned(as: Block.self)
}

/// Takes the largest lane of a block (the first of equals) if it beats what earlier blocks gave. A vector that is
/// not a number beats nothing and keeps child 0, so that an index is always in range.
@inline(__always)
private func take(
    _ score: Block, _ block: Int, _ slot: Int, _ bestScore: inout SIMD4<Float>, _ best: inout SIMD4<Int32>
) {
    let four = pointwiseMax(score.lowHalf, score.highHalf)
    let two = pointwiseMax(four.lowHalf, four.highHalf)
    let top = max(two[0], two[1])
    guard top > bestScore[slot] else { return }
    let numbers = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7)
    let lanes = numbers.replacing(with: 8, where: score .!= Block(repeating: top))
    let lane4 = pointwiseMin(lanes.lowHalf, lanes.highHalf)
    let lane2 = pointwiseMin(lane4.lowHalf, lane4.highHalf)
    bestScore[slot] = top
    best[slot] = Int32(truncatingIfNeeded: block) &+ min(lane2[0], lane2[1])
}

@inline(__always)
private func subtract(_ codeword: UnsafePointer<Float>, _ residual: UnsafeMutablePointer<Float>, _ dimension: Int) {
    for axis in 0..<dimension { residual[axis] -= codeword[axis] }
}

@inline(__always)
private func accumulate(
    _ codeword: UnsafePointer<Float>, _ before: UnsafePointer<Float>?, _ target: UnsafeMutablePointer<Float>,
    _ dimension: Int
) {
    if let before {
        for axis in 0..<dimension { target[axis] = before[axis] + codeword[axis] }
    } else {
        target.update(from: codeword, count: dimension)
    }
}
