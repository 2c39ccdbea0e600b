// Compiled several times, for several instruction sets: see `kernel` in Package.swift. Products and sums are
// kept apart (no fused multiply-add), so that every variant gives the same bits and codes never depend on the
// processor.

import SearchKernelInterface

/// Finds, for each vector of a range, the nearest codeword of every layer.
///
/// Layer by layer the score x·c − ‖c‖²/2 of the m children of the chosen parent is computed, the largest (the first
/// of equals) is taken and subtracted. A group of vectors goes through a layer together: their sums are independent,
/// which hides the latency of one, and the largest scores of all of them are found at once. The sum of the codewords
/// that a vector chose is that of its last one's path from the first layer, which was added up once for all vectors.
/// A score that is not a number beats nothing, and without any other the child is the first.
///
/// Where the codebooks are there in integers, and this variant has the instructions, integers are compared first, and
/// what they cannot decide is searched as described.
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
protocol Length {
    var count: Int { get }
}

struct Eight: Length {
    @inline(__always) var count: Int { 8 }
}

struct Sixteen: Length {
    @inline(__always) var count: Int { 16 }
}

struct ThirtyTwo: Length {
    @inline(__always) var count: Int { 32 }
}

struct SixtyFour: Length {
    @inline(__always) var count: Int { 64 }
}

struct AnyLength: Length {
    var count: Int
}

private func searchHierarchy<L: Length>(_ arrays: SearchArrays, _ range: Range<Int>, length: L) {
    // Registers of 64 bytes are loaded and stored faster where they do not cross lines of the cache.
    withUnsafeTemporaryAllocation(byteCount: Group.byteCount(length), alignment: 64) { memory in
        guard let start = memory.baseAddress else { return }
        let group = Group(start, length: length)
        #if WIDE && canImport(_Builtin_intrinsics)
            if let integers = arrays.integers {
                return searchIntegers(arrays, integers, range, group, length: length)
            }
        #endif
        for first in stride(from: range.lowerBound, to: range.upperBound, by: groupSize) {
            search(arrays, first, min(groupSize, range.upperBound &- first), group, length: length)
        }
    }
}

/// The memory of a group of vectors.
struct Group {
    /// What the layers so far left over, [vectors, dimension].
    let residuals: UnsafeMutablePointer<Float>
    let scores: ScoreMemory
    /// The codeword of the last layer so far, [vectors].
    let parents: UnsafeMutablePointer<Int>

    /// How much memory that is.
    static func byteCount(_ length: some Length) -> Int {
        residualBytes(length) &+ ScoreMemory.byteCount &+ groupSize &* MemoryLayout<Int>.stride
    }

    /// Whole lines of the processor's cache.
    private static func residualBytes(_ length: some Length) -> Int {
        (groupSize &* length.count &* 4 &+ 63) / 64 &* 64
    }

    init(_ start: UnsafeMutableRawPointer, length: some Length) {
        let bytes = Self.residualBytes(length)
        residuals = start.bindMemory(to: Float.self, capacity: groupSize &* length.count)
        scores = ScoreMemory(start + bytes)
        parents = (start + (bytes &+ ScoreMemory.byteCount)).bindMemory(to: Int.self, capacity: groupSize)
    }
}

/// Takes the vectors of a group through all layers.
@inline(__always)
func search<L: Length>(_ arrays: SearchArrays, _ first: Int, _ filled: Int, _ group: Group, length: L) {
    let dimension = length.count
    var vectors = arrays.vectors + first &* dimension
    let parents = group.parents
    if filled < groupSize {
        // A last group that is not full repeats its last vector; the repeats are not written.
        for slot in 0..<groupSize {
            copy(vectors + min(slot, filled &- 1) &* dimension, group.residuals + slot &* dimension, dimension)
        }
        vectors = UnsafePointer(group.residuals)
    }
    for slot in 0..<groupSize { parents[slot] = 0 }
    for layer in 0..<arrays.layers {
        score(arrays, layer, vectors, group, length: length)
        for slot in 0..<groupSize {
            parents[slot] = parents[slot] &* arrays.branching &+ Int(group.scores.children[slot])
        }
        let output = arrays.indices + (layer &* arrays.count &+ first)
        for slot in 0..<filled { output[slot] = Int32(truncatingIfNeeded: parents[slot]) }
        vectors = finish(arrays, layer, first, filled, vectors, group, length: length)
    }
}

/// Does with a layer's codewords what there is to do: what a training step adds up, and sums.
///
/// - Parameters:
///   - vectors: What entered the layer.
///   - group: The codewords are its parents.
/// - Returns: What enters the next layer.
@inline(__always)
func finish<L: Length>(
    _ arrays: SearchArrays, _ layer: Int, _ first: Int, _ filled: Int, _ vectors: UnsafePointer<Float>, _ group: Group,
    length: L
) -> UnsafePointer<Float> {
    let dimension = length.count
    let parents = group.parents
    let isLast = layer &+ 1 == arrays.layers
    var leaving = vectors
    if let training = arrays.training, isLast {
        enter(training, vectors, filled, dimension) { parents[$0] }
    }
    if !isLast || arrays.training != nil {
        let codewords = arrays.codewords[layer]
        for slot in 0..<groupSize {
            let place = slot &* dimension
            subtract(codewords + parents[slot] &* dimension, vectors + place, group.residuals + place, dimension)
        }
        leaving = UnsafePointer(group.residuals)
        if let training = arrays.training { leave(training, layer, leaving, first, filled, dimension) }
    }
    if let sums = arrays.sums, isLast || arrays.hasPartialSums {
        for slot in 0..<filled { writeSum(arrays, sums, layer, first &+ slot, parents[slot], dimension) }
    }
    return leaving
}

/// Writes the sum of a vector's codewords up to a layer: that of its codeword's path.
@inline(__always)
func writeSum(
    _ arrays: SearchArrays, _ sums: UnsafeMutablePointer<Float>, _ layer: Int, _ vector: Int, _ codeword: Int,
    _ dimension: Int
) {
    let row = (arrays.hasPartialSums ? layer &* arrays.count : 0) &+ vector
    copy(arrays.paths[layer] + codeword &* dimension, sums + row &* dimension, dimension)
}

/// Compares the children of each vector's parent; ``ScoreMemory/children`` are the nearest.
@inline(__always)
private func score<L: Length>(
    _ arrays: SearchArrays, _ layer: Int, _ vectors: UnsafePointer<Float>, _ group: Group, length: L
) {
    let blocks = arrays.lanes / 8
    // Pairs of axes, eight codewords each.
    let blockSize = (length.count &+ 1) / 2 &* 16
    for block in 0..<blocks {
        let offsets = arrays.offsets[layer] + block &* 16
        let table = arrays.transposed[layer] + block &* blockSize
        for eight in stride(from: 0, to: groupSize, by: 8) {
            let tables = Tables(
                table: table, offsets: offsets, parents: group.parents + eight, tableSize: blocks &* blockSize,
                offsetSize: 2 &* arrays.lanes)
            let rows = vectors + eight &* length.count
            let halves = group.scores.halves + eight &* 16
            if layer == 0 || haveOneParent(tables.parents) {
                scoreTogether(tables, rows, halves, length: length)
            } else {
                scoreApart(tables, rows, halves, length: length)
            }
        }
        chooseChildren(group.scores, block: block)
    }
}

/// Whether eight vectors chose the same codeword so far: neighbours in an image often do.
@inline(__always)
private func haveOneParent(_ parents: UnsafePointer<Int>) -> Bool {
    var differences = 0
    for slot in 1..<8 { differences |= parents[slot] ^ parents[0] }
    return differences == 0
}

/// Where a block of codewords is, for eight vectors.
private struct Tables {
    /// The first parent's.
    let table: UnsafePointer<Float>
    let offsets: UnsafePointer<Float>
    let parents: UnsafePointer<Int>
    /// Numbers from one parent's to the next one's.
    let tableSize: Int
    let offsetSize: Int

    @inline(__always)
    func table(_ slot: Int) -> UnsafePointer<Float> { table + parents[slot] &* tableSize }

    @inline(__always)
    func offsets(_ slot: Int) -> Pairs { loadWide(offsets + parents[slot] &* offsetSize) }
}

// A score is a sum over even axes, which the offset begins, and one over odd axes; they lie side by side until the end.
// Eight of everything by name: in an array the sums would not stay in registers.

/// Both halves of the scores of eight codewords, for eight vectors of one parent: a part of the table is loaded once for
/// all of them, and loads are what the processor has least of.
@inline(__always)
private func scoreTogether<L: Length>(
    _ tables: Tables, _ vectors: UnsafePointer<Float>, _ halves: UnsafeMutablePointer<Float>, length: L
) {
    let dimension = length.count
    let table = tables.table(0)
    var sum0 = tables.offsets(0)
    var sum1 = sum0
    var sum2 = sum0
    var sum3 = sum0
    var sum4 = sum0
    var sum5 = sum0
    var sum6 = sum0
    var sum7 = sum0
    var axis = 0
    while axis &+ 2 <= dimension {
        let codewords = loadWide(table + axis &* 8)
        let both = vectors + axis
        sum0 += pairs(both) * codewords
        sum1 += pairs(both + dimension) * codewords
        sum2 += pairs(both + 2 &* dimension) * codewords
        sum3 += pairs(both + 3 &* dimension) * codewords
        sum4 += pairs(both + 4 &* dimension) * codewords
        sum5 += pairs(both + 5 &* dimension) * codewords
        sum6 += pairs(both + 6 &* dimension) * codewords
        sum7 += pairs(both + 7 &* dimension) * codewords
        axis &+= 2
    }
    if axis < dimension {
        // The last axis of an odd number has no other; the table has zeros there.
        let codewords = loadWide(table + axis &* 8)
        let last = vectors + axis
        sum0 += pairWithZero(last[0]) * codewords
        sum1 += pairWithZero(last[dimension]) * codewords
        sum2 += pairWithZero(last[2 &* dimension]) * codewords
        sum3 += pairWithZero(last[3 &* dimension]) * codewords
        sum4 += pairWithZero(last[4 &* dimension]) * codewords
        sum5 += pairWithZero(last[5 &* dimension]) * codewords
        sum6 += pairWithZero(last[6 &* dimension]) * codewords
        sum7 += pairWithZero(last[7 &* dimension]) * codewords
    }
    storeHalves(sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7, halves)
}

/// As ``scoreTogether(_:_:_:length:)``, to the bit, where each vector has a parent of its own.
@inline(__always)
private func scoreApart<L: Length>(
    _ tables: Tables, _ vectors: UnsafePointer<Float>, _ halves: UnsafeMutablePointer<Float>, length: L
) {
    let dimension = length.count
    var sum0 = tables.offsets(0)
    let table0 = tables.table(0)
    var sum1 = tables.offsets(1)
    let table1 = tables.table(1)
    var sum2 = tables.offsets(2)
    let table2 = tables.table(2)
    var sum3 = tables.offsets(3)
    let table3 = tables.table(3)
    var sum4 = tables.offsets(4)
    let table4 = tables.table(4)
    var sum5 = tables.offsets(5)
    let table5 = tables.table(5)
    var sum6 = tables.offsets(6)
    let table6 = tables.table(6)
    var sum7 = tables.offsets(7)
    let table7 = tables.table(7)
    var axis = 0
    while axis &+ 2 <= dimension {
        let column = axis &* 8
        let both = vectors + axis
        sum0 += pairs(both) * loadWide(table0 + column)
        sum1 += pairs(both + dimension) * loadWide(table1 + column)
        sum2 += pairs(both + 2 &* dimension) * loadWide(table2 + column)
        sum3 += pairs(both + 3 &* dimension) * loadWide(table3 + column)
        sum4 += pairs(both + 4 &* dimension) * loadWide(table4 + column)
        sum5 += pairs(both + 5 &* dimension) * loadWide(table5 + column)
        sum6 += pairs(both + 6 &* dimension) * loadWide(table6 + column)
        sum7 += pairs(both + 7 &* dimension) * loadWide(table7 + column)
        axis &+= 2
    }
    if axis < dimension {
        // The last axis of an odd number has no other; the table has zeros there.
        let column = axis &* 8
        let last = vectors + axis
        sum0 += pairWithZero(last[0]) * loadWide(table0 + column)
        sum1 += pairWithZero(last[dimension]) * loadWide(table1 + column)
        sum2 += pairWithZero(last[2 &* dimension]) * loadWide(table2 + column)
        sum3 += pairWithZero(last[3 &* dimension]) * loadWide(table3 + column)
        sum4 += pairWithZero(last[4 &* dimension]) * loadWide(table4 + column)
        sum5 += pairWithZero(last[5 &* dimension]) * loadWide(table5 + column)
        sum6 += pairWithZero(last[6 &* dimension]) * loadWide(table6 + column)
        sum7 += pairWithZero(last[7 &* dimension]) * loadWide(table7 + column)
    }
    storeHalves(sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7, halves)
}

/// Stores both halves of the scores of eight vectors.
@inline(__always)
private func storeHalves(
    _ sum0: Pairs, _ sum1: Pairs, _ sum2: Pairs, _ sum3: Pairs, _ sum4: Pairs, _ sum5: Pairs, _ sum6: Pairs,
    _ sum7: Pairs, _ halves: UnsafeMutablePointer<Float>
) {
    storeWide(sum0, halves)
    storeWide(sum1, halves + 16)
    storeWide(sum2, halves + 32)
    storeWide(sum3, halves + 48)
    storeWide(sum4, halves + 64)
    storeWide(sum5, halves + 80)
    storeWide(sum6, halves + 96)
    storeWide(sum7, halves + 112)
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
