// Compiled several times, for several instruction sets: see `kernel` in Package.swift.

/// Eight numbers that are computed side by side; in attention those of eight positions.
typealias Lanes = SIMD8<Float>

/// sum + left · right; rounded once where every processor of the variant can do so in one instruction.
@inline(__always)
func multiplyAdd(_ sum: Lanes, _ left: Lanes, _ right: Lanes) -> Lanes {
    #if FUSED || arch(arm64)
        sum.addingProduct(left, right)
    #else
        sum + left * right
    #endif
}

/// `count` rounded up to whole blocks of eight.
@inline(__always)
func padded(_ count: Int) -> Int { (count + 7) / 8 * 8 }

/// Eight numbers from any address.
@inline(__always)
func load(_ source: UnsafePointer<Float>) -> Lanes {
    UnsafeRawPointer(source).loadUnaligned(as: Lanes.self)
}

/// Eight numbers to any address.
@inline(__always)
func store(_ lanes: Lanes, to target: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(target).storeBytes(of: lanes, as: Lanes.self)
}

/// The numbers there are of eight, zeros for the others.
@inline(__always)
func load(_ source: UnsafePointer<Float>, count: Int) -> Lanes {
    if count >= 8 { return load(source) }
    var lanes = Lanes(repeating: 0)
    for lane in 0..<count { lanes[lane] = source[lane] }
    return lanes
}

/// As many of eight numbers as there is room for.
@inline(__always)
func store(_ lanes: Lanes, to target: UnsafeMutablePointer<Float>, count: Int) {
    if count >= 8 { return store(lanes, to: target) }
    for lane in 0..<count { target[lane] = lanes[lane] }
}
