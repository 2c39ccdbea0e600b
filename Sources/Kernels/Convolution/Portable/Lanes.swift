// Compiled several times, for several instruction sets: see `kernel` in Package.swift. FUSED says that the processor
// multiplies and adds in one instruction, WIDE that it has thirty-two registers of sixteen numbers.

#if WIDE
    /// Numbers of neighbouring channels.
    typealias Lanes = SIMD16<Float>
    /// Channels of one ``Lanes``.
    @inline(__always) var laneCount: Int { 16 }
#elseif FUSED
    typealias Lanes = SIMD8<Float>
    @inline(__always) var laneCount: Int { 8 }
#else
    typealias Lanes = SIMD4<Float>
    @inline(__always) var laneCount: Int { 4 }
#endif

/// sum + left · right, rounded once where every processor of the variant can do so in one instruction.
@inline(__always)
func multiplyAdd(_ sum: Lanes, _ left: Lanes, _ right: Lanes) -> Lanes {
    #if FUSED || arch(arm64)
        sum.addingProduct(left, right)
    #else
        sum + left * right
    #endif
}

/// sum + left · factor.
@inline(__always)
func multiplyAdd(_ sum: Lanes, _ left: Lanes, _ factor: Float) -> Lanes {
    multiplyAdd(sum, left, Lanes(repeating: factor))
}

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Lanes { Float.load(pointer) }

@inline(__always)
func store(_ numbers: Lanes, _ pointer: UnsafeMutablePointer<Float>) { Float.store(numbers, pointer) }

/// Channels in whole ``Lanes``.
@inline(__always)
func lanes(of channels: Int) -> Int { (channels + laneCount - 1) / laneCount }

/// Channels in pairs of ``Lanes``, which products take together.
@inline(__always)
func pairs(of channels: Int) -> Int { (channels + 2 * laneCount - 1) / (2 * laneCount) }
