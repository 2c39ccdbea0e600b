// What the searches share: sixteen or eight numbers at a time. Compiled several times, as they are.

typealias Block = SIMD8<Float>
private typealias WideBlock = SIMD16<Float>

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Block {
    UnsafeRawPointer(pointer).loadUnaligned(as: Block.self)
}

@inline(__always)
func store(_ block: Block, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: block, as: Block.self)
}

@inline(__always)
private func loadWide(_ pointer: UnsafePointer<Float>) -> WideBlock {
    UnsafeRawPointer(pointer).loadUnaligned(as: WideBlock.self)
}

@inline(__always)
private func storeWide(_ block: WideBlock, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: block, as: WideBlock.self)
}

/// target = vector.
@inline(__always)
func copy(_ vector: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ dimension: Int) {
    var axis = 0
    while axis + 16 <= dimension {
        storeWide(loadWide(vector + axis), target + axis)
        axis += 16
    }
    while axis + 8 <= dimension {
        store(load(vector + axis), target + axis)
        axis += 8
    }
    while axis < dimension {
        target[axis] = vector[axis]
        axis += 1
    }
}

/// target = vector − codeword; `target` may be `vector`.
@inline(__always)
func subtract(
    _ codeword: UnsafePointer<Float>, _ vector: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    _ dimension: Int
) {
    var axis = 0
    while axis + 16 <= dimension {
        storeWide(loadWide(vector + axis) - loadWide(codeword + axis), target + axis)
        axis += 16
    }
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
    guard let before else { return copy(codeword, target, dimension) }
    var axis = 0
    while axis + 16 <= dimension {
        storeWide(loadWide(before + axis) + loadWide(codeword + axis), target + axis)
        axis += 16
    }
    while axis + 8 <= dimension {
        store(load(before + axis) + load(codeword + axis), target + axis)
        axis += 8
    }
    while axis < dimension {
        target[axis] = before[axis] + codeword[axis]
        axis += 1
    }
}
