// What the searches share: eight numbers at a time, four rows at a time. Compiled several times, as they are.

typealias Block = SIMD8<Float>

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Block {
    UnsafeRawPointer(pointer).loadUnaligned(as: Block.self)
}

@inline(__always)
func store(_ block: Block, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: block, as: Block.self)
}

/// target = vector − codeword; `target` may be `vector`.
@inline(__always)
func subtract(
    _ codeword: UnsafePointer<Float>, _ vector: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    _ dimension: Int
) {
    var axis = 0
    while axis + 8 <= dimension {
        store(load(vector + axis) - load(codeword + axis), target + axis)
        axis += 8
    }
    while axis < dimension {
        target[axis] = vector[axis] - codeword[axis]
        axis += 1
    }
}

/// target = before + codeword, or the codeword where nothing was before.
@inline(__always)
func add(
    _ codeword: UnsafePointer<Float>, _ before: UnsafePointer<Float>?, _ target: UnsafeMutablePointer<Float>,
    _ dimension: Int
) {
    guard let before else { return target.update(from: codeword, count: dimension) }
    var axis = 0
    while axis + 8 <= dimension {
        store(load(before + axis) + load(codeword + axis), target + axis)
        axis += 8
    }
    while axis < dimension {
        target[axis] = before[axis] + codeword[axis]
        axis += 1
    }
}

/// Where four rows of numbers are.
struct Rows {
    var row0: UnsafePointer<Float>
    var row1: UnsafePointer<Float>
    var row2: UnsafePointer<Float>
    var row3: UnsafePointer<Float>

    @inline(__always)
    init(
        _ row0: UnsafePointer<Float>, _ row1: UnsafePointer<Float>, _ row2: UnsafePointer<Float>,
        _ row3: UnsafePointer<Float>
    ) {
        self.row0 = row0
        self.row1 = row1
        self.row2 = row2
        self.row3 = row3
    }

    /// The rows of a table that four numbers name.
    @inline(__always)
    init(_ table: UnsafePointer<Float>, _ numbers: SIMD4<Int32>, _ size: Int) {
        self.init(
            table + Int(numbers[0]) * size, table + Int(numbers[1]) * size, table + Int(numbers[2]) * size,
            table + Int(numbers[3]) * size)
    }

    @inline(__always)
    subscript(slot: Int) -> UnsafePointer<Float> {
        switch slot {
        case 0: row0
        case 1: row1
        case 2: row2
        default: row3
        }
    }
}
