/// ±1/2, ±5/4 and ∞, for filters of two weights.
struct FivePoints: PointNumbers {
    var pairs: Pairs
    var infinity: Lanes

    @inline(__always)
    init(_ pairs: Pairs, _ infinity: Lanes) {
        self.pairs = pairs
        self.infinity = infinity
    }

    @inline(__always) static var count: Int { 5 }
    @inline(__always) static var taps: Int { 2 }
    @inline(__always) static var p: Float { 0.5 }
    @inline(__always) static var q: Float { 1.25 }

    /// 1 / 2p(p² − q²) and 1 / 2q(q² − p²).
    @inline(__always) private static var pScale: Float { -16 / 21 }
    @inline(__always) private static var qScale: Float { 32 / 105 }

    @inline(__always)
    init(_ number: (_ place: Int) -> Lanes) {
        self.init(Pairs(number(0), number(1), number(2), number(3)), number(4))
    }

    @inline(__always)
    func write(_ pointer: UnsafeMutablePointer<Float>, stride: Int) {
        store(pairs.plusP, pointer)
        store(pairs.minusP, pointer + stride)
        store(pairs.plusQ, pointer + 2 &* stride)
        store(pairs.minusQ, pointer + 3 &* stride)
        store(infinity, pointer + 4 &* stride)
    }

    @inline(__always)
    var ofInputs: FivePoints {
        let (x0, x1, x2, x3, x4) = (pairs.plusP, pairs.minusP, pairs.plusQ, pairs.minusQ, infinity)
        let oddP = multiplyAdd(x3, x1, -Self.qq)
        let evenP = multiplyAdd(x2, x0, -Self.qq)
        let oddQ = multiplyAdd(x3, x1, -Self.pp)
        let evenQ = multiplyAdd(x2, x0, -Self.pp)
        return FivePoints(
            Pairs(
                multiplyAdd(oddP, evenP, Self.p), multiplyAdd(oddP, evenP, -Self.p),
                multiplyAdd(oddQ, evenQ, Self.q), multiplyAdd(oddQ, evenQ, -Self.q)),
            multiplyAdd(multiplyAdd(x4, x2, -(Self.pp + Self.qq)), x0, Self.pp * Self.qq))
    }

    @inline(__always)
    var toOutputs: Four { Four(pairs, infinity: infinity, p: Self.p, q: Self.q) }

    @inline(__always)
    init(outputs: Four) { self.init(outputs.atPairs(p: Self.p, q: Self.q), outputs.x3) }

    @inline(__always)
    init(weights: Taps) {
        // The scale has the sign of its point.
        let (evenP, oddP) = (weights.x0 * Self.pScale, weights.x1 * (Self.p * Self.pScale))
        let (evenQ, oddQ) = (weights.x0 * Self.qScale, weights.x1 * (Self.q * Self.qScale))
        self.init(Pairs(evenP + oddP, oddP - evenP, evenQ + oddQ, oddQ - evenQ), weights.x1)
    }

    @inline(__always)
    var toWeights: Taps {
        let (oddP, evenP) = (pairs.evenP * Self.pScale, pairs.oddP * Self.pScale)
        let (oddQ, evenQ) = (pairs.evenQ * Self.qScale, pairs.oddQ * Self.qScale)
        return Taps(
            evenP + evenQ, multiplyAdd(multiplyAdd(infinity, oddP, Self.p), oddQ, Self.q), Lanes())
    }
}
