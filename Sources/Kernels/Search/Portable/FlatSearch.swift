// Compiled several times, as `HierarchicalSearch.swift` is, and under the same rule: products and sums are kept apart
// and in one order, so that every variant gives the same bits.

import SearchKernelInterface

private typealias Numbers = SIMD8<Int32>

/// Vectors that pass through the codebook together, so that a part of it is read from memory once for all of them.
private let tileSize = 64

/// Finds, for each vector of a range, the nearest codeword of every layer, each layer searching what the layers before
/// left over: one codebook a layer, whatever the layers before chose.
///
/// A tile of vectors meets the codebook part by part, each part small enough for the processor's first cache. Four
/// vectors and sixteen codewords are compared at a time: eight running scores fit into registers, and every number
/// that is loaded is used several times. A vector keeps the best score of each of eight lanes; only at the end are the
/// lanes compared with each other, the lowest codeword winning ties.
public func searchFlat(_ arrays: SearchArrays, _ range: Range<Int>) {
    let dimension = arrays.dimension
    withUnsafeTemporaryAllocation(of: Float.self, capacity: tileSize * dimension) { residuals in
        withUnsafeTemporaryAllocation(of: Block.self, capacity: tileSize) { scores in
            withUnsafeTemporaryAllocation(of: Numbers.self, capacity: tileSize) { halves in
                guard let residuals = residuals.baseAddress, let scores = scores.baseAddress,
                    let halves = halves.baseAddress
                else { return }
                var first = range.lowerBound
                while first < range.upperBound {
                    let filled = min(tileSize, range.upperBound - first)
                    searchTile(arrays, first, filled, Tile(residuals: residuals, scores: scores, halves: halves))
                    first += filled
                }
            }
        }
    }
}

/// The memory of one tile.
private struct Tile {
    /// What the layers so far left over, [vectors, dimension].
    var residuals: UnsafeMutablePointer<Float>
    /// The best score of each lane, a block a vector.
    var scores: UnsafeMutablePointer<Block>
    /// Which group of eight codewords each lane's best score is of.
    var halves: UnsafeMutablePointer<Numbers>
}

private func searchTile(_ arrays: SearchArrays, _ first: Int, _ filled: Int, _ tile: Tile) {
    let dimension = arrays.dimension
    tile.residuals.update(from: arrays.vectors + first * dimension, count: filled * dimension)
    // Whole groups of four: the last ones repeat, and nobody reads what they find.
    let groups = (filled + 3) / 4
    for slot in filled..<groups * 4 {
        (tile.residuals + slot * dimension).update(from: tile.residuals, count: dimension)
    }
    // Sixteen kilobytes of codewords at a time: half of the first cache.
    let part = max(1, 256 / dimension)
    let blocks = arrays.lanes / 16
    for layer in 0..<arrays.layers {
        for slot in 0..<groups * 4 {
            tile.scores[slot] = Block(repeating: -.infinity)
            tile.halves[slot] = Numbers(repeating: 0)
        }
        var start = 0
        while start < blocks {
            let end = min(start + part, blocks)
            for group in 0..<groups { compare(arrays, layer, start..<end, tile, group * 4) }
            start = end
        }
        let indices = arrays.indices + (layer * arrays.count + first)
        for slot in 0..<filled { indices[slot] = best(tile.scores[slot], tile.halves[slot]) }
        if let training = arrays.training {
            enter(training, tile.residuals, filled, dimension) { layer * arrays.branching + Int(indices[$0]) }
        }
        for slot in 0..<filled {
            let codeword = arrays.codewords[layer] + Int(indices[slot]) * dimension
            let residual = tile.residuals + slot * dimension
            if layer + 1 < arrays.layers || arrays.training != nil {
                subtract(codeword, residual, residual, dimension)
            }
            guard let sums = arrays.sums else { continue }
            let row = (first + slot) * dimension
            if arrays.hasPartialSums {
                let target = sums + layer * arrays.count * dimension + row
                add(codeword, layer == 0 ? nil : target - arrays.count * dimension, target, dimension)
            } else {
                add(codeword, layer == 0 ? nil : sums + row, sums + row, dimension)
            }
        }
        if let training = arrays.training { leave(training, layer, tile.residuals, first, filled, dimension) }
    }
}

/// Compares four vectors with some blocks of codewords.
@inline(__always)
private func compare(
    _ arrays: SearchArrays, _ layer: Int, _ blocks: Range<Int>, _ tile: Tile, _ slot: Int
) {
    let dimension = arrays.dimension
    let vector0 = tile.residuals + slot * dimension
    let vector1 = vector0 + dimension
    let vector2 = vector1 + dimension
    let vector3 = vector2 + dimension
    var best0 = tile.scores[slot]
    var best1 = tile.scores[slot + 1]
    var best2 = tile.scores[slot + 2]
    var best3 = tile.scores[slot + 3]
    var half0 = tile.halves[slot]
    var half1 = tile.halves[slot + 1]
    var half2 = tile.halves[slot + 2]
    var half3 = tile.halves[slot + 3]
    for block in blocks {
        let offset = arrays.offsets[layer] + block * 16
        var low0 = load(offset)
        var low1 = low0
        var low2 = low0
        var low3 = low0
        var high0 = load(offset + 8)
        var high1 = high0
        var high2 = high0
        var high3 = high0
        var column = arrays.transposed[layer] + block * dimension * 16
        for axis in 0..<dimension {
            let low = load(column)
            let high = load(column + 8)
            let value0 = Block(repeating: vector0[axis])
            low0 += value0 * low
            high0 += value0 * high
            let value1 = Block(repeating: vector1[axis])
            low1 += value1 * low
            high1 += value1 * high
            let value2 = Block(repeating: vector2[axis])
            low2 += value2 * low
            high2 += value2 * high
            let value3 = Block(repeating: vector3[axis])
            low3 += value3 * low
            high3 += value3 * high
            column += 16
        }
        let number = Int32(truncatingIfNeeded: block * 2)
        keep(low0, number, &best0, &half0)
        keep(high0, number &+ 1, &best0, &half0)
        keep(low1, number, &best1, &half1)
        keep(high1, number &+ 1, &best1, &half1)
        keep(low2, number, &best2, &half2)
        keep(high2, number &+ 1, &best2, &half2)
        keep(low3, number, &best3, &half3)
        keep(high3, number &+ 1, &best3, &half3)
    }
    tile.scores[slot] = best0
    tile.scores[slot + 1] = best1
    tile.scores[slot + 2] = best2
    tile.scores[slot + 3] = best3
    tile.halves[slot] = half0
    tile.halves[slot + 1] = half1
    tile.halves[slot + 2] = half2
    tile.halves[slot + 3] = half3
}

/// Lane by lane, the larger score and where it comes from; the earlier one of equals, and never what is not a number.
@inline(__always)
private func keep(_ score: Block, _ half: Int32, _ best: inout Block, _ halves: inout Numbers) {
    let won = score .> best
    best.replace(with: score, where: won)
    halves.replace(with: Numbers(repeating: half), where: won)
}

/// The codeword with the largest score of eight lanes, the lowest of equals.
@inline(__always)
private func best(_ scores: Block, _ halves: Numbers) -> Int32 {
    var top = scores[0]
    var number = halves[0] &* 8
    for lane in 1..<8 {
        let candidate = halves[lane] &* 8 &+ Int32(truncatingIfNeeded: lane)
        if scores[lane] > top || (scores[lane] == top && candidate < number) {
            top = scores[lane]
            number = candidate
        }
    }
    return number
}
