// What the searches share: sixteen or eight numbers at a time. Compiled several times, as they are.

typealias Block = SIMD8<Float>
typealias WideBlock = SIMD16<Float>

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Block {
    UnsafeRawPointer(pointer).loadUnaligned(as: Block.self)
}

@inline(__always)
func store(_ block: Block, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: block, as: Block.self)
}

@inline(__always)
func loadWide(_ pointer: UnsafePointer<Float>) -> WideBlock {
    UnsafeRawPointer(pointer).loadUnaligned(as: WideBlock.self)
}

@inline(__always)
func storeWide(_ block: WideBlock, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: block, as: WideBlock.self)
}

/// Goes along a vector: sixteen numbers at a time, then eight, then one.
@inline(__always)
private func forEachPart(
    _ dimension: Int, wide: (_ axis: Int) -> Void, block: (_ axis: Int) -> Void, single: (_ axis: Int) -> Void
) {
    var axis = 0
    while axis + 16 <= dimension {
        wide(axis)
        axis += 16
    }
    while axis + 8 <= dimension {
        block(axis)
        axis += 8
    }
    while axis < dimension {
        single(axis)
        axis += 1
    }
}

/// target = vector. By the compiler's own copy it would be a call.
@inline(__always)
func copy(_ vector: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ dimension: Int) {
    forEachPart(dimension) {
        storeWide(loadWide(vector + $0), target + $0)
    } block: {
        store(load(vector + $0), target + $0)
    } single: {
        target[$0] = vector[$0]
    }
}

/// target = vector − codeword; `target` may be `vector`.
@inline(__always)
func subtract(
    _ codeword: UnsafePointer<Float>, _ vector: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    _ dimension: Int
) {
    forEachPart(dimension) {
        storeWide(loadWide(vector + $0) - loadWide(codeword + $0), target + $0)
    } block: {
        store(load(vector + $0) - load(codeword + $0), target + $0)
    } single: {
        target[$0] = vector[$0] - codeword[$0]
    }
}

/// target = before + codeword, or the codeword where nothing was before.
@inline(__always)
func add(
    _ codeword: UnsafePointer<Float>, _ before: UnsafePointer<Float>?, _ target: UnsafeMutablePointer<Float>,
    _ dimension: Int
) {
    guard let before else { return copy(codeword, target, dimension) }
    forEachPart(dimension) {
        storeWide(loadWide(before + $0) + loadWide(codeword + $0), target + $0)
    } block: {
        store(load(before + $0) + load(codeword + $0), target + $0)
    } single: {
        target[$0] = before[$0] + codeword[$0]
    }
}

/// target = before + weight · vector, or the product alone where nothing was before.
@inline(__always)
func scale(
    _ vector: UnsafePointer<Float>, _ weight: Float, _ before: UnsafePointer<Float>?,
    _ target: UnsafeMutablePointer<Float>, _ count: Int
) {
    if let before {
        forEachPart(count) {
            storeWide(loadWide(before + $0) + weight * loadWide(vector + $0), target + $0)
        } block: {
            store(load(before + $0) + weight * load(vector + $0), target + $0)
        } single: {
            target[$0] = before[$0] + weight * vector[$0]
        }
    } else {
        forEachPart(count) {
            storeWide(weight * loadWide(vector + $0), target + $0)
        } block: {
            store(weight * load(vector + $0), target + $0)
        } single: {
            target[$0] = weight * vector[$0]
        }
    }
}

/// The sum of squares.
@inline(__always)
func squares(_ vector: UnsafePointer<Float>, _ count: Int) -> Float {
    var wide = WideBlock(repeating: 0)
    var eight = Block(repeating: 0)
    var rest: Float = 0
    forEachPart(count) {
        let numbers = loadWide(vector + $0)
        wide += numbers * numbers
    } block: {
        let numbers = load(vector + $0)
        eight += numbers * numbers
    } single: {
        rest += vector[$0] * vector[$0]
    }
    return total(wide, eight, rest)
}

/// The sum of all numbers, in an order that every use keeps to.
@inline(__always)
func total(
    _ wide: WideBlock, _ eight: Block = Block(repeating: 0), _ rest: Float = 0
) -> Float {
    let block = eight + (wide.lowHalf + wide.highHalf)
    let four = block.lowHalf + block.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1] + rest
}
