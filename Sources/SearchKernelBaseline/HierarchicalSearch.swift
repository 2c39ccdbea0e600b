// Compiled several times, for several instruction sets: see `kernel` in Package.swift. Products and sums are
// kept apart (no fused multiply-add), so that every variant gives the same bits and codes never depend on the
// processor.

import SearchKernelTypes

/// Finds, for each vector of a range, the nearest codeword of every layer.
///
/// Layer by layer the score x·c − ‖c‖²/2 of the m children of the chosen parent is computed, the largest (the first
/// of equals) is taken and subtracted. Eight vectors go through a layer together: their sums are independent, which
/// hides the latency of one, and the largest scores of all of them are found at once. A score that is not a number
/// beats nothing, and without any other the child is the first.
public func searchHierarchy(_ arrays: SearchArrays, _ range: Range<Int>) {
    switch arrays.dimension {
    case 8: searchHierarchy(arrays, range, length: Eight())
    case 16: searchHierarchy(arrays, range, length: Sixteen())
    case 32: searchHierarchy(arrays, range, length: ThirtyTwo())
    case 64: searchHierarchy(arrays, range, length: SixtyFour())
    default: searchHierarchy(arrays, range, length: AnyLength(count: arrays.dimension))
    }
}

/// The length of a vector: where the type says it, places in memory are constants of the instructions.
private protocol Length {
    var count: Int { get }
}

private struct Eight: Length {
    @inline(__always) var count: Int { 8 }
}

private struct Sixteen: Length {
    @inline(__always) var count: Int { 16 }
}

private struct ThirtyTwo: Length {
    @inline(__always) var count: Int { 32 }
}

private struct SixtyFour: Length {
    @inline(__always) var count: Int { 64 }
}

private struct AnyLength: Length {
    var count: Int
}

private func searchHierarchy<L: Length>(_ arrays: SearchArrays, _ range: Range<Int>, length: L) {
    let residualBytes = (8 &* length.count &* 4 &+ 63) / 64 &* 64
    // Registers of 64 bytes are loaded and stored faster where they do not cross lines of the cache.
    withUnsafeTemporaryAllocation(byteCount: residualBytes &+ 64 &* 8 &+ 64, alignment: 64) { memory in
        guard let start = memory.baseAddress else { return }
        let residuals = start.bindMemory(to: Float.self, capacity: 8 &* length.count)
        let keys = (start + residualBytes).bindMemory(to: Int64.self, capacity: 64)
        let parents = (start + (residualBytes &+ 64 &* 8)).bindMemory(to: Int.self, capacity: 8)
        for first in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
            let filled = min(8, range.upperBound &- first)
            search(arrays, first, filled, residuals, keys, parents, length: length)
        }
    }
}

/// Takes up to eight vectors through all layers.
@inline(__always)
private func search<L: Length>(
    _ arrays: SearchArrays, _ first: Int, _ filled: Int, _ residuals: UnsafeMutablePointer<Float>,
    _ keys: UnsafeMutablePointer<Int64>, _ parents: UnsafeMutablePointer<Int>, length: L
) {
    let dimension = length.count
    var vectors = arrays.vectors + first &* dimension
    if filled < 8 {
        // A last group of fewer than eight repeats its last vector; the repeats are not written.
        for slot in 0..<8 {
            copy(vectors + min(slot, filled &- 1) &* dimension, residuals + slot &* dimension, dimension)
        }
        vectors = UnsafePointer(residuals)
    }
    for slot in 0..<8 { parents[slot] = 0 }
    for layer in 0..<arrays.layers {
        score(arrays, layer, parents, vectors, to: keys, length: length)
        chooseChildren(keys, parents, branching: arrays.branching)
        let output = arrays.indices + (layer &* arrays.count &+ first)
        for slot in 0..<filled { output[slot] = Int32(truncatingIfNeeded: parents[slot]) }
        let codewords = arrays.codewords[layer]
        if layer &+ 1 < arrays.layers {
            for slot in 0..<8 {
                let place = slot &* dimension
                subtract(codewords + parents[slot] &* dimension, vectors + place, residuals + place, dimension)
            }
            vectors = UnsafePointer(residuals)
        }
        if let sums = arrays.sums {
            let size = arrays.count &* dimension
            let start = sums + ((arrays.hasPartialSums ? layer &* size : 0) &+ first &* dimension)
            for slot in 0..<filled {
                let target = start + slot &* dimension
                let before = layer == 0 ? nil : arrays.hasPartialSums ? target - size : target
                add(codewords + parents[slot] &* dimension, before, target, dimension)
            }
        }
    }
}

/// The keys of all children of each of eight vectors' parents, the largest of those that share a lane.
///
/// A score is a sum over even axes, which the offset begins, and one over odd axes; they lie side by side until the end.
/// Eight of everything by name: in an array the sums would not stay in registers.
@inline(__always)
private func score<L: Length>(
    _ arrays: SearchArrays, _ layer: Int, _ parents: UnsafePointer<Int>, _ vectors: UnsafePointer<Float>,
    to keys: UnsafeMutablePointer<Int64>, length: L
) {
    let dimension = length.count
    let lanes = arrays.lanes
    // Pairs of axes, eight codewords each.
    let blockSize = (dimension &+ 1) / 2 &* 16
    let tableSize = lanes / 8 &* blockSize
    for block in 0..<(lanes / 8) {
        let offsets = arrays.offsets[layer] + block &* 16
        let table = arrays.transposed[layer] + block &* blockSize
        var sum0 = loadPairs(offsets + parents[0] &* 2 &* lanes)
        let table0 = table + parents[0] &* tableSize
        var sum1 = loadPairs(offsets + parents[1] &* 2 &* lanes)
        let table1 = table + parents[1] &* tableSize
        var sum2 = loadPairs(offsets + parents[2] &* 2 &* lanes)
        let table2 = table + parents[2] &* tableSize
        var sum3 = loadPairs(offsets + parents[3] &* 2 &* lanes)
        let table3 = table + parents[3] &* tableSize
        var sum4 = loadPairs(offsets + parents[4] &* 2 &* lanes)
        let table4 = table + parents[4] &* tableSize
        var sum5 = loadPairs(offsets + parents[5] &* 2 &* lanes)
        let table5 = table + parents[5] &* tableSize
        var sum6 = loadPairs(offsets + parents[6] &* 2 &* lanes)
        let table6 = table + parents[6] &* tableSize
        var sum7 = loadPairs(offsets + parents[7] &* 2 &* lanes)
        let table7 = table + parents[7] &* tableSize
        var axis = 0
        while axis &+ 2 <= dimension {
            let column = axis &* 8
            let both = vectors + axis
            sum0 += pairs(both) * loadPairs(table0 + column)
            sum1 += pairs(both + dimension) * loadPairs(table1 + column)
            sum2 += pairs(both + 2 &* dimension) * loadPairs(table2 + column)
            sum3 += pairs(both + 3 &* dimension) * loadPairs(table3 + column)
            sum4 += pairs(both + 4 &* dimension) * loadPairs(table4 + column)
            sum5 += pairs(both + 5 &* dimension) * loadPairs(table5 + column)
            sum6 += pairs(both + 6 &* dimension) * loadPairs(table6 + column)
            sum7 += pairs(both + 7 &* dimension) * loadPairs(table7 + column)
            axis &+= 2
        }
        if axis < dimension {
            // The last axis of an odd number has no other; the table has zeros there.
            let column = axis &* 8
            let last = vectors + axis
            sum0 += pairWithZero(last[0]) * loadPairs(table0 + column)
            sum1 += pairWithZero(last[dimension]) * loadPairs(table1 + column)
            sum2 += pairWithZero(last[2 &* dimension]) * loadPairs(table2 + column)
            sum3 += pairWithZero(last[3 &* dimension]) * loadPairs(table3 + column)
            sum4 += pairWithZero(last[4 &* dimension]) * loadPairs(table4 + column)
            sum5 += pairWithZero(last[5 &* dimension]) * loadPairs(table5 + column)
            sum6 += pairWithZero(last[6 &* dimension]) * loadPairs(table6 + column)
            sum7 += pairWithZero(last[7 &* dimension]) * loadPairs(table7 + column)
        }
        put(sum0, block, keys)
        put(sum1, block, keys + 8)
        put(sum2, block, keys + 16)
        put(sum3, block, keys + 24)
        put(sum4, block, keys + 32)
        put(sum5, block, keys + 40)
        put(sum6, block, keys + 48)
        put(sum7, block, keys + 56)
    }
}

/// Sixteen numbers: even and odd axes of eight codewords.
private typealias Pairs = SIMD16<Float>

@inline(__always)
private func loadPairs(_ pointer: UnsafePointer<Float>) -> Pairs {
    UnsafeRawPointer(pointer).loadUnaligned(as: Pairs.self)
}

/// Two numbers, eight times: as one of 64 bits, which a single instruction loads and spreads.
@inline(__always)
private func pairs(_ pointer: UnsafePointer<Float>) -> Pairs {
    let both = UnsafeRawPointer(pointer).loadUnaligned(as: Double.self)
    return unsafeBitCast(SIMD8<Double>(repeating: both), to: Pairs.self)
}

/// A number and 0, eight times.
@inline(__always)
private func pairWithZero(_ number: Float) -> Pairs {
    let both = Double(bitPattern: UInt64(number.bitPattern))
    return unsafeBitCast(SIMD8<Double>(repeating: both), to: Pairs.self)
}

/// A score and a child in one number each: the larger score is the larger number, and of equal scores that of the lower
/// child.
private typealias Keys = SIMD8<Int64>

/// Makes the keys of eight codewords, from both halves of their scores.
@inline(__always)
private func put(_ score: Pairs, _ block: Int, _ target: UnsafeMutablePointer<Int64>) {
    let halves = unsafeBitCast(score, to: SIMD8<UInt64>.self)
    let turned = (halves &<< SIMD8(repeating: 32)) | (halves &>> SIMD8(repeating: 32))
    let sums = score + unsafeBitCast(turned, to: Pairs.self)
    let bits = unsafeBitCast(sums, to: SIMD16<Int32>.self)
    // Bits of floats are in order once those of negative ones are turned over. What is not a number is below them all.
    let ordered = (bits ^ ((bits &>> SIMD16(repeating: 31)) & SIMD16(repeating: .max)))
        .replacing(with: SIMD16(repeating: .min), where: sums .!= sums)
    let high = unsafeBitCast(ordered, to: SIMD8<UInt64>.self) & SIMD8(repeating: 0xffff_ffff_0000_0000)
    let child = SIMD8<UInt64>(0, 1, 2, 3, 4, 5, 6, 7) &+ UInt64(truncatingIfNeeded: block &* 8)
    let keys = unsafeBitCast(high | (SIMD8(repeating: 0x7fff_ffff) &- child), to: Keys.self)
    let memory = UnsafeMutableRawPointer(target)
    let before = block == 0 ? keys : memory.loadUnaligned(as: Keys.self)
    memory.storeBytes(of: before.replacing(with: keys, where: keys .> before), as: Keys.self)
}

/// Goes from each of eight vectors' parents to the child of the largest key.
///
/// A function of its own that reads memory: known to the compiler, the keys' lanes would be taken apart one by one.
@inline(never)
private func chooseChildren(_ keys: UnsafePointer<Int64>, _ parents: UnsafeMutablePointer<Int>, branching: Int) {
    for slot in 0..<8 {
        let key = keys + slot &* 8
        let largest = max(max(max(key[0], key[1]), max(key[2], key[3])), max(max(key[4], key[5]), max(key[6], key[7])))
        // Where no score is a number, a lane that no codeword fills has the largest key: −∞.
        let child = Int(0x7fff_ffff &- (largest & 0x7fff_ffff))
        parents[slot] = parents[slot] &* branching &+ (child < branching ? child : 0)
    }
}
