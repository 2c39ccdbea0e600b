// Compiled several times, as `Lanes.swift` is.

/// The memory of one worker, freed together.
final class Memory {
    private var blocks: [UnsafeMutableRawPointer] = []
    /// Bytes taken so far.
    private(set) var byteCount = 0

    deinit { for block in blocks { block.deallocate() } }

    /// Room for `count` numbers of eight images, zeros.
    func lanes(_ count: Int) -> UnsafeMutablePointer<Lanes> { take(count, of: Lanes(repeating: 0)) }

    /// Room for `count` pairs of numbers of eight images, zeros.
    func pairs(_ count: Int) -> UnsafeMutablePointer<LanePairs> { take(count, of: LanePairs(repeating: 0)) }

    /// Room for `count` codes, zeros.
    func codes(_ count: Int) -> UnsafeMutablePointer<Int32> { take(count, of: 0) }

    /// Room for `count` places, all of them `first`.
    func pointers(_ count: Int, to first: UnsafePointer<Float>) -> UnsafeMutablePointer<UnsafePointer<Float>> {
        take(count, of: first)
    }

    private func take<Element>(_ count: Int, of element: Element) -> UnsafeMutablePointer<Element> {
        let size = count * MemoryLayout<Element>.stride
        let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        blocks.append(block)
        byteCount += size
        return block.initializeMemory(as: Element.self, repeating: element, count: count)
    }
}

/// Hands out the parts of the packed weights in the order in which they were packed.
struct WeightReader {
    private let start: UnsafePointer<Float>
    /// Numbers handed out.
    private(set) var count = 0

    init(_ start: UnsafePointer<Float>) { self.start = start }

    /// The next `count` numbers; every part begins at a multiple of eight.
    mutating func take(_ count: Int) -> UnsafePointer<Float> {
        defer { self.count += padded(count) }
        return start + self.count
    }

    /// The next matrix for single positions.
    mutating func positionMatrix(outputs: Int, depth: Int) -> PositionMatrix {
        PositionMatrix(
            take(PositionMatrix.count(outputs: outputs, depth: depth)), outputs: outputs, depth: depth)
    }

    /// The next matrix for rows of positions.
    mutating func rowMatrix(outputs: Int, depth: Int) -> RowMatrix {
        RowMatrix(weights: take(padded(outputs) * depth), depth: depth, outputs: outputs)
    }
}
