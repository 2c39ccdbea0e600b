#if WIDE && canImport(_Builtin_intrinsics)
    import _Builtin_intrinsics.intel
#endif

/// A number of a map in memory, which is computed with as a float.
protocol MapNumber: BitwiseCopyable {
    /// The nearest to a float.
    init(rounding number: Float)
    /// The float that it stands for.
    var number: Float { get }
    /// Numbers of neighbouring channels.
    static func load(_ pointer: UnsafePointer<Self>) -> Lanes
    /// Writes numbers of neighbouring channels, each rounded to the nearest.
    static func store(_ numbers: Lanes, _ pointer: UnsafeMutablePointer<Self>)
}

extension MapNumber {
    /// The first numbers of a ``Lanes``, and zeros.
    @inline(__always)
    static func load(_ pointer: UnsafePointer<Self>, count: Int) -> Lanes {
        if count >= laneCount { return load(pointer) }
        var numbers = Lanes()
        for index in 0..<count { numbers[index] = pointer[index].number }
        return numbers
    }

    /// The first numbers of a ``Lanes``, and nothing behind them.
    @inline(__always)
    static func store(_ numbers: Lanes, _ pointer: UnsafeMutablePointer<Self>, count: Int) {
        if count >= laneCount { return store(numbers, pointer) }
        for index in 0..<count { pointer[index] = Self(rounding: numbers[index]) }
    }
}

extension Float: MapNumber {
    @inline(__always)
    init(rounding number: Float) { self = number }

    @inline(__always) var number: Float { self }

    @inline(__always)
    static func load(_ pointer: UnsafePointer<Float>) -> Lanes {
        UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
    }

    @inline(__always)
    static func store(_ numbers: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: numbers, as: Lanes.self)
    }
}

/// The bits of a bfloat16, which is the upper half of a float. Of two that are as near the even one is taken, and what
/// is no number stays none: without the bound its bits could run over, to a zero.
extension UInt16: MapNumber {
    @inline(__always)
    init(rounding number: Float) {
        let bits = number.bitPattern
        let magnitude = Swift.min((bits & 0x7FFF_FFFF) &+ 0x7FFF &+ ((bits &>> 16) & 1), 0x7FFF_FFFF)
        self.init(truncatingIfNeeded: (magnitude | (bits & 0x8000_0000)) &>> 16)
    }

    @inline(__always) var number: Float { Float(bitPattern: UInt32(self) &<< 16) }

    @inline(__always)
    static func load(_ pointer: UnsafePointer<UInt16>) -> Lanes {
        #if WIDE && canImport(_Builtin_intrinsics)
            let halves = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Int64>.self)
            let bits = unsafeBitCast(_mm512_cvtepu16_epi32(halves), to: SIMD16<UInt32>.self) &<< 16
            return unsafeBitCast(bits, to: Lanes.self)
        #else
            var numbers = Lanes()
            for index in 0..<laneCount { numbers[index] = pointer[index].number }
            return numbers
        #endif
    }

    @inline(__always)
    static func store(_ numbers: Lanes, _ pointer: UnsafeMutablePointer<UInt16>) {
        #if WIDE && canImport(_Builtin_intrinsics)
            let bits = unsafeBitCast(numbers, to: SIMD16<UInt32>.self)
            let sums = (bits & 0x7FFF_FFFF) &+ 0x7FFF &+ ((bits &>> 16) & 1)
            let bound = SIMD16<UInt32>(repeating: 0x7FFF_FFFF)
            let magnitudes = _mm512_min_epu32(
                unsafeBitCast(sums, to: SIMD8<Int64>.self), unsafeBitCast(bound, to: SIMD8<Int64>.self))
            let rounded = (unsafeBitCast(magnitudes, to: SIMD16<UInt32>.self) | (bits & 0x8000_0000)) &>> 16
            UnsafeMutableRawPointer(pointer).storeBytes(
                of: _mm512_cvtepi32_epi16(unsafeBitCast(rounded, to: SIMD8<Int64>.self)), as: SIMD4<Int64>.self)
        #else
            for index in 0..<laneCount { pointer[index] = UInt16(rounding: numbers[index]) }
        #endif
    }
}
