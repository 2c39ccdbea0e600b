/// ±1/2, ±5/4 and ∞, for filters of two weights. What +p and −p share is computed once.
struct FivePoints: PointNumbers {
    var plusP: Lanes
    var minusP: Lanes
    var plusQ: Lanes
    var minusQ: Lanes
    var infinity: Lanes

    @inline(__always)
    init(_ plusP: Lanes, _ minusP: Lanes, _ plusQ: Lanes, _ minusQ: Lanes, _ infinity: Lanes) {
        self.plusP = plusP
        self.minusP = minusP
        self.plusQ = plusQ
        self.minusQ = minusQ
        self.infinity = infinity
    }

    @inline(__always) static var count: Int { 5 }
    @inline(__always) static var taps: Int { 2 }

    private enum Powers {
        static var p: Float { 0.5 }
        static var q: Float { 1.25 }
        static var pp: Float { 0.25 }
        static var qq: Float { 1.5625 }
        static var ppp: Float { 0.125 }
        static var qqq: Float { 1.953125 }
        static var sum: Float { 1.8125 }
        static var product: Float { 0.390625 }
        /// 1 / 2p(p² − q²) and 1 / 2q(q² − p²).
        static var pScale: Float { -16 / 21 }
        static var qScale: Float { 32 / 105 }
    }

    @inline(__always)
    init(_ pointer: UnsafePointer<Float>, stride: Int) {
        self.init(
            load(pointer), load(pointer + stride), load(pointer + 2 &* stride), load(pointer + 3 &* stride),
            load(pointer + 4 &* stride))
    }

    @inline(__always)
    init(_ number: (_ place: Int) -> Lanes) {
        self.init(number(0), number(1), number(2), number(3), number(4))
    }

    @inline(__always)
    func write(_ pointer: UnsafeMutablePointer<Float>, stride: Int) {
        store(plusP, pointer)
        store(minusP, pointer + stride)
        store(plusQ, pointer + 2 &* stride)
        store(minusQ, pointer + 3 &* stride)
        store(infinity, pointer + 4 &* stride)
    }

    @inline(__always)
    var ofInputs: FivePoints {
        let (x0, x1, x2, x3, x4) = (plusP, minusP, plusQ, minusQ, infinity)
        let oddP = multiplyAdd(x3, x1, -Powers.qq)
        let evenP = multiplyAdd(x2, x0, -Powers.qq)
        let oddQ = multiplyAdd(x3, x1, -Powers.pp)
        let evenQ = multiplyAdd(x2, x0, -Powers.pp)
        return FivePoints(
            multiplyAdd(oddP, evenP, Powers.p), multiplyAdd(oddP, evenP, -Powers.p),
            multiplyAdd(oddQ, evenQ, Powers.q), multiplyAdd(oddQ, evenQ, -Powers.q),
            multiplyAdd(multiplyAdd(x4, x2, -Powers.sum), x0, Powers.product))
    }

    @inline(__always)
    var toOutputs: Four {
        let (evenP, oddP) = (plusP + minusP, plusP - minusP)
        let (evenQ, oddQ) = (plusQ + minusQ, plusQ - minusQ)
        return Four(
            evenP + evenQ,
            multiplyAdd(oddP * Powers.p, oddQ, Powers.q),
            multiplyAdd(evenP * Powers.pp, evenQ, Powers.qq),
            multiplyAdd(multiplyAdd(infinity, oddP, Powers.ppp), oddQ, Powers.qqq))
    }

    @inline(__always)
    init(outputs: Four) {
        let evenP = multiplyAdd(outputs.x0, outputs.x2, Powers.pp)
        let oddP = multiplyAdd(outputs.x1 * Powers.p, outputs.x3, Powers.ppp)
        let evenQ = multiplyAdd(outputs.x0, outputs.x2, Powers.qq)
        let oddQ = multiplyAdd(outputs.x1 * Powers.q, outputs.x3, Powers.qqq)
        self.init(evenP + oddP, evenP - oddP, evenQ + oddQ, evenQ - oddQ, outputs.x3)
    }

    @inline(__always)
    init(weights: Taps) {
        // The scale has the sign of its point.
        let (evenP, oddP) = (weights.x0 * Powers.pScale, weights.x1 * (Powers.p * Powers.pScale))
        let (evenQ, oddQ) = (weights.x0 * Powers.qScale, weights.x1 * (Powers.q * Powers.qScale))
        self.init(evenP + oddP, oddP - evenP, evenQ + oddQ, oddQ - evenQ, weights.x1)
    }

    @inline(__always)
    var toWeights: Taps {
        let (evenP, oddP) = ((plusP - minusP) * Powers.pScale, (plusP + minusP) * Powers.pScale)
        let (evenQ, oddQ) = ((plusQ - minusQ) * Powers.qScale, (plusQ + minusQ) * Powers.qScale)
        return Taps(
            evenP + evenQ, multiplyAdd(multiplyAdd(infinity, oddP, Powers.p), oddQ, Powers.q), Lanes())
    }
}
