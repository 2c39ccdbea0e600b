// Compiled several times, as `Lanes.swift` is.

#if WIDE && canImport(_Builtin_intrinsics)
    import _Builtin_intrinsics.intel
#endif

/// Two numbers of each of eight images, one register where registers are wide.
///
/// They are halves, of two channels or of two positions; where single positions are multiplied they are interleaved, an
/// image's two numbers side by side.
typealias LanePairs = SIMD16<Float>

/// Four pairs: running sums, and factors that several of them share.
struct FourPairs {
    private var a: LanePairs
    private var b: LanePairs
    private var c: LanePairs
    private var d: LanePairs

    @inline(__always)
    init() {
        a = LanePairs(repeating: 0)
        b = a
        c = a
        d = a
    }

    /// Four pairs that are `stride` apart.
    @inline(__always)
    init(_ source: UnsafePointer<LanePairs>, stride: Int) {
        a = source[0]
        b = source[stride]
        c = source[2 &* stride]
        d = source[3 &* stride]
    }

    /// Adds factor · factors.
    @inline(__always)
    mutating func add(_ factor: LanePairs, _ factors: FourPairs) {
        a = multiplyAdd(a, factor, factors.a)
        b = multiplyAdd(b, factor, factors.b)
        c = multiplyAdd(c, factor, factors.c)
        d = multiplyAdd(d, factor, factors.d)
    }

    /// Writes the sums side by side.
    @inline(__always)
    func write(to target: UnsafeMutablePointer<LanePairs>) {
        target[0] = a
        target[1] = b
        target[2] = c
        target[3] = d
    }

    /// Writes the sums of both numbers of each pair.
    @inline(__always)
    func writeTotals(to target: UnsafeMutablePointer<Lanes>) {
        target[0] = a.lowHalf + a.highHalf
        target[1] = b.lowHalf + b.highHalf
        target[2] = c.lowHalf + c.highHalf
        target[3] = d.lowHalf + d.highHalf
    }
}

#if WIDE
    extension FourPairs {
        /// Four numbers of one half of the pairs, and four of the other.
        @inline(__always)
        init(low: UnsafePointer<Lanes>, high: UnsafePointer<Lanes>) {
            a = LanePairs(lowHalf: low[0], highHalf: high[0])
            b = LanePairs(lowHalf: low[1], highHalf: high[1])
            c = LanePairs(lowHalf: low[2], highHalf: high[2])
            d = LanePairs(lowHalf: low[3], highHalf: high[3])
        }

        /// Four numbers, each for all lanes.
        @inline(__always)
        init(repeating numbers: UnsafePointer<Float>) {
            a = LanePairs(repeating: numbers[0])
            b = LanePairs(repeating: numbers[1])
            c = LanePairs(repeating: numbers[2])
            d = LanePairs(repeating: numbers[3])
        }

        /// Four times two numbers, each for all images.
        @inline(__always)
        init(repeatingPairs numbers: UnsafePointer<Float>) {
            func pair(_ index: Int) -> LanePairs {
                let both = UnsafeRawPointer(numbers).load(fromByteOffset: 8 &* index, as: Double.self)
                return unsafeBitCast(SIMD8<Double>(repeating: both), to: LanePairs.self)
            }
            a = pair(0)
            b = pair(1)
            c = pair(2)
            d = pair(3)
        }

        /// Writes one half of the pairs, and the other.
        @inline(__always)
        func write(low: UnsafeMutablePointer<Lanes>, high: UnsafeMutablePointer<Lanes>) {
            low[0] = a.lowHalf
            low[1] = b.lowHalf
            low[2] = c.lowHalf
            low[3] = d.lowHalf
            high[0] = a.highHalf
            high[1] = b.highHalf
            high[2] = c.highHalf
            high[3] = d.highHalf
        }

        /// Writes start and both numbers of each pair, which are side by side for an image.
        @inline(__always)
        func writeInterleavedTotals(start: UnsafePointer<Lanes>, to target: UnsafeMutablePointer<Lanes>) {
            target[0] = start[0] + neighbourSums(a)
            target[1] = start[1] + neighbourSums(b)
            target[2] = start[2] + neighbourSums(c)
            target[3] = start[3] + neighbourSums(d)
        }
    }

    /// The numbers of two adjacent channels, those of an image side by side.
    @inline(__always)
    func interleaved(_ channels: UnsafePointer<Lanes>) -> LanePairs {
        let places = SIMD16<Int32>(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15)
        return permuted(UnsafeRawPointer(channels).loadUnaligned(as: LanePairs.self), places)
    }

    /// The sums of numbers that lie side by side.
    @inline(__always)
    private func neighbourSums(_ pairs: LanePairs) -> Lanes {
        let places = SIMD16<Int32>(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15)
        let halves = permuted(pairs, places)
        return halves.lowHalf + halves.highHalf
    }

    @inline(__always)
    private func permuted(_ pairs: LanePairs, _ places: SIMD16<Int32>) -> LanePairs {
        #if canImport(_Builtin_intrinsics)
            return _mm512_permutexvar_ps(unsafeBitCast(places, to: SIMD8<Int64>.self), pairs)
        #else
            var result = pairs
            for lane in 0..<16 { result[lane] = pairs[Int(places[lane])] }
            return result
        #endif
    }
#endif
