// Compiled several times, as `HierarchicalSearch.swift` is.
//
// The largest of eight scores, for a group of vectors at once. The scores of a vector lie side by side in a register,
// and comparing them there would take an instruction for every move. So they are turned until those of one codeword,
// for different vectors, lie side by side; then one comparison serves them all.
//
// There is one turn in each function, and memory between them: the compiler merges turns that follow each other in
// registers into single moves of numbers, some hundred of them.

/// Sixteen numbers: even and odd axes of eight codewords.
typealias Pairs = WideBlock

private typealias Numbers = SIMD8<Int32>

/// Vectors that go through a layer together. From one layer to the next a vector has to wait for its child; with twice
/// eight there is something to do meanwhile.
let groupSize = 16

/// Memory for the scores of a group, begun where a line of the processor's cache begins.
struct ScoreMemory {
    /// Both halves of the scores, [vectors, 8 codewords, even and odd axes].
    let halves: UnsafeMutablePointer<Float>
    /// Scores of eight codewords, [pairs of vectors, 4 quarters q, 2 vectors, codewords 2q and 2q + 1].
    let scores: UnsafeMutablePointer<Float>
    /// The larger score of codewords 2q and 2q + 1, [fours of vectors, 4 quarters q, 4 vectors].
    let larger: UnsafeMutablePointer<Float>
    /// Which codeword that is.
    let codewords: UnsafeMutablePointer<Int32>
    /// The largest score of the blocks so far, [vectors].
    let largest: UnsafeMutablePointer<Float>
    /// Which codeword that is.
    let children: UnsafeMutablePointer<Int32>

    /// How much memory that is.
    static let byteCount = groupSize * (16 + 8 + 4 + 4 + 1 + 1) * 4

    init(_ start: UnsafeMutableRawPointer) {
        halves = start.bindMemory(to: Float.self, capacity: groupSize &* 29)
        scores = halves + groupSize &* 16
        larger = scores + groupSize &* 8
        largest = larger + groupSize &* 4
        let numbers = start + groupSize &* 29 &* MemoryLayout<Float>.stride
        codewords = numbers.bindMemory(to: Int32.self, capacity: groupSize &* 5)
        children = codewords + groupSize &* 4
    }
}

/// Takes a block of eight codewords into account: what is larger than the blocks before is kept, the first of equals.
/// A score that is not a number beats nothing.
///
/// - Parameters:
///   - memory: Its ``ScoreMemory/halves`` are the block's.
///   - block: Which block; 0 begins anew.
@inline(__always)
func chooseChildren(_ memory: ScoreMemory, block: Int) {
    joinHalves(memory)
    compareNeighbours(memory)
    compareQuarters(memory, block: Int32(truncatingIfNeeded: block))
}

/// Adds even and odd axes.
@inline(never)
private func joinHalves(_ memory: ScoreMemory) {
    for line in 0..<groupSize / 2 {
        let first = loadWide(memory.halves + line &* 32)
        let second = loadWide(memory.halves + (line &* 32 &+ 16))
        storeWide(evenNumbers(first, second) + oddNumbers(first, second), memory.scores + line &* 16)
    }
}

/// Compares each codeword of an even number with the next one.
@inline(never)
private func compareNeighbours(_ memory: ScoreMemory) {
    let evenCodewords = SIMD16<Int32>(0, 0, 0, 0, 2, 2, 2, 2, 4, 4, 4, 4, 6, 6, 6, 6)
    for line in 0..<groupSize / 4 {
        let first = loadWide(memory.scores + line &* 32)
        let second = loadWide(memory.scores + (line &* 32 &+ 16))
        let even = numbersAlone(evenNumbers(first, second))
        let odd = numbersAlone(oddNumbers(first, second))
        let won = odd .> even
        storeWide(even.replacing(with: odd, where: won), memory.larger + line &* 16)
        let next = SIMD16<Int32>(repeating: 0).replacing(with: SIMD16(repeating: 1), where: won)
        UnsafeMutableRawPointer(memory.codewords + line &* 16)
            .storeBytes(of: evenCodewords | next, as: SIMD16<Int32>.self)
    }
}

/// Compares what is left of eight codewords, and with the blocks before.
@inline(never)
private func compareQuarters(_ memory: ScoreMemory, block: Int32) {
    for eight in 0..<groupSize / 8 {
        let larger = memory.larger + eight &* 32
        let codewords = memory.codewords + eight &* 32
        var largest = quarters(larger)
        var children = quarters(codewords)
        for quarter in 1..<4 {
            let score = quarters(larger + quarter &* 4)
            let won = score .> largest
            largest.replace(with: score, where: won)
            children.replace(with: quarters(codewords + quarter &* 4), where: won)
        }
        let outLargest = memory.largest + eight &* 8
        let outChildren = UnsafeMutableRawPointer(memory.children + eight &* 8)
        if block > 0 {
            let score = largest
            let child = children &+ (block &* 8)
            largest = load(outLargest)
            children = outChildren.loadUnaligned(as: Numbers.self)
            let won = score .> largest
            largest.replace(with: score, where: won)
            children.replace(with: child, where: won)
        }
        store(largest, outLargest)
        outChildren.storeBytes(of: children, as: Numbers.self)
    }
}

/// In each quarter of the registers: numbers 0 and 2 of the first, then of the second.
@inline(__always)
private func evenNumbers(_ first: Pairs, _ second: Pairs) -> Pairs {
    Pairs(
        first[0], first[2], second[0], second[2], first[4], first[6], second[4], second[6],
        first[8], first[10], second[8], second[10], first[12], first[14], second[12], second[14])
}

/// In each quarter of the registers: numbers 1 and 3 of the first, then of the second.
@inline(__always)
private func oddNumbers(_ first: Pairs, _ second: Pairs) -> Pairs {
    Pairs(
        first[1], first[3], second[1], second[3], first[5], first[7], second[5], second[7],
        first[9], first[11], second[9], second[11], first[13], first[15], second[13], second[15])
}

/// −∞ in place of what is not a number.
@inline(__always)
private func numbersAlone(_ scores: Pairs) -> Pairs {
    let least = Pairs(repeating: -.infinity)
    return least.replacing(with: scores, where: scores .> least)
}

/// One quarter of each of two lines.
@inline(__always)
private func quarters(_ pointer: UnsafePointer<Float>) -> Block {
    Block(
        lowHalf: UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Float>.self),
        highHalf: UnsafeRawPointer(pointer + 16).loadUnaligned(as: SIMD4<Float>.self))
}

@inline(__always)
private func quarters(_ pointer: UnsafePointer<Int32>) -> Numbers {
    Numbers(
        lowHalf: UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Int32>.self),
        highHalf: UnsafeRawPointer(pointer + 16).loadUnaligned(as: SIMD4<Int32>.self))
}
