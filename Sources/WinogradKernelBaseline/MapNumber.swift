#if WIDE && canImport(_Builtin_intrinsics)
    import _Builtin_intrinsics.intel
#endif

/// A number of a map in memory, which is computed with as a float.
protocol MapNumber: BitwiseCopyable {
    init(_ number: Float)
    var number: Float { get }
    static func load(_ pointer: UnsafePointer<Self>) -> Lanes
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
        for index in 0..<count { pointer[index] = Self(numbers[index]) }
    }
}

extension Float: MapNumber {
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

/// The bits of a bfloat16, which is the upper half of a float.
extension UInt16: MapNumber {
    /// The nearest, of two the even one.
    @inline(__always)
    init(_ number: Float) {
        let bits = number.bitPattern
        self.init(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) &>> 16)
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
            let rounded = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) &>> 16
            UnsafeMutableRawPointer(pointer).storeBytes(
                of: _mm512_cvtepi32_epi16(unsafeBitCast(rounded, to: SIMD8<Int64>.self)), as: SIMD4<Int64>.self)
        #else
            for index in 0..<laneCount { pointer[index] = UInt16(numbers[index]) }
        #endif
    }
}
