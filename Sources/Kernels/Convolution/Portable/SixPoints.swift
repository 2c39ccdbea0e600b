/// 0, ±3/4, ±3/2 and ∞, for filters of three weights.
struct SixPoints: PointNumbers {
    var zero: Lanes
    var pairs: Pairs
    var infinity: Lanes

    @inline(__always)
    init(_ zero: Lanes, _ pairs: Pairs, _ infinity: Lanes) {
        self.zero = zero
        self.pairs = pairs
        self.infinity = infinity
    }

    @inline(__always) static var count: Int { 6 }
    @inline(__always) static var taps: Int { 3 }
    @inline(__always) static var p: Float { 0.75 }
    @inline(__always) static var q: Float { 1.5 }

    /// 1 / p²q², 1 / 2p²(p² − q²) and 1 / 2q²(q² − p²).
    @inline(__always) private static var zeroScale: Float { 64 / 81 }
    @inline(__always) private static var pScale: Float { -128 / 243 }
    @inline(__always) private static var qScale: Float { 32 / 243 }

    @inline(__always)
    init(_ number: (_ place: Int) -> Lanes) {
        self.init(number(0), Pairs(number(1), number(2), number(3), number(4)), number(5))
    }

    @inline(__always)
    func write(_ pointer: UnsafeMutablePointer<Float>, stride: Int) {
        store(zero, pointer)
        store(pairs.plusP, pointer + stride)
        store(pairs.minusP, pointer + 2 &* stride)
        store(pairs.plusQ, pointer + 3 &* stride)
        store(pairs.minusQ, pointer + 4 &* stride)
        store(infinity, pointer + 5 &* stride)
    }

    @inline(__always)
    var ofInputs: SixPoints {
        let (x0, x1, x2, x3, x4, x5) = (zero, pairs.plusP, pairs.minusP, pairs.plusQ, pairs.minusQ, infinity)
        let evenP = multiplyAdd(x4, x2, -Self.qq)
        let oddP = multiplyAdd(x3, x1, -Self.qq)
        let evenQ = multiplyAdd(x4, x2, -Self.pp)
        let oddQ = multiplyAdd(x3, x1, -Self.pp)
        return SixPoints(
            multiplyAdd(multiplyAdd(x4, x2, -(Self.pp + Self.qq)), x0, Self.pp * Self.qq),
            Pairs(
                multiplyAdd(evenP, oddP, Self.p), multiplyAdd(evenP, oddP, -Self.p),
                multiplyAdd(evenQ, oddQ, Self.q), multiplyAdd(evenQ, oddQ, -Self.q)),
            multiplyAdd(multiplyAdd(x5, x3, -(Self.pp + Self.qq)), x1, Self.pp * Self.qq))
    }

    @inline(__always)
    var toOutputs: Four { Four(zero: zero, pairs, infinity: infinity, p: Self.p, q: Self.q) }

    @inline(__always)
    init(outputs: Four) { self.init(outputs.x0, outputs.atPairs(p: Self.p, q: Self.q), outputs.x3) }

    @inline(__always)
    init(weights: Taps) {
        self.init(
            weights.x0 * Self.zeroScale,
            Pairs(
                evenP: multiplyAdd(weights.x0, weights.x2, Self.pp) * Self.pScale,
                oddP: weights.x1 * (Self.p * Self.pScale),
                evenQ: multiplyAdd(weights.x0, weights.x2, Self.qq) * Self.qScale,
                oddQ: weights.x1 * (Self.q * Self.qScale)),
            weights.x2)
    }

    @inline(__always)
    var toWeights: Taps {
        let (evenP, oddP) = (pairs.evenP * Self.pScale, pairs.oddP * Self.pScale)
        let (evenQ, oddQ) = (pairs.evenQ * Self.qScale, pairs.oddQ * Self.qScale)
        return Taps(
            multiplyAdd(evenP + evenQ, zero, Self.zeroScale),
            multiplyAdd(oddP * Self.p, oddQ, Self.q),
            multiplyAdd(multiplyAdd(infinity, evenP, Self.pp), evenQ, Self.qq))
    }
}
