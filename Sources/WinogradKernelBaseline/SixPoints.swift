/// 0, ±3/4, ±3/2 and ∞, for filters of three weights. What +p and −p share is computed once.
struct SixPoints: PointNumbers {
    var zero: Lanes
    var plusP: Lanes
    var minusP: Lanes
    var plusQ: Lanes
    var minusQ: Lanes
    var infinity: Lanes

    @inline(__always)
    init(_ zero: Lanes, _ plusP: Lanes, _ minusP: Lanes, _ plusQ: Lanes, _ minusQ: Lanes, _ infinity: Lanes) {
        self.zero = zero
        self.plusP = plusP
        self.minusP = minusP
        self.plusQ = plusQ
        self.minusQ = minusQ
        self.infinity = infinity
    }

    @inline(__always) static var count: Int { 6 }
    @inline(__always) static var taps: Int { 3 }

    private enum Powers {
        static var p: Float { 0.75 }
        static var q: Float { 1.5 }
        static var pp: Float { 0.5625 }
        static var qq: Float { 2.25 }
        static var ppp: Float { 0.421875 }
        static var qqq: Float { 3.375 }
        static var sum: Float { 2.8125 }
        static var product: Float { 1.265625 }
        /// 1 / p²q², 1 / 2p²(p² − q²) and 1 / 2q²(q² − p²).
        static var zeroScale: Float { 64 / 81 }
        static var pScale: Float { -128 / 243 }
        static var qScale: Float { 32 / 243 }
    }

    @inline(__always)
    init(_ pointer: UnsafePointer<Float>, stride: Int) {
        self.init(
            load(pointer), load(pointer + stride), load(pointer + 2 &* stride), load(pointer + 3 &* stride),
            load(pointer + 4 &* stride), load(pointer + 5 &* stride))
    }

    @inline(__always)
    init(_ number: (_ place: Int) -> Lanes) {
        self.init(number(0), number(1), number(2), number(3), number(4), number(5))
    }

    @inline(__always)
    func write(_ pointer: UnsafeMutablePointer<Float>, stride: Int) {
        store(zero, pointer)
        store(plusP, pointer + stride)
        store(minusP, pointer + 2 &* stride)
        store(plusQ, pointer + 3 &* stride)
        store(minusQ, pointer + 4 &* stride)
        store(infinity, pointer + 5 &* stride)
    }

    @inline(__always)
    var ofInputs: SixPoints {
        let (x0, x1, x2, x3, x4, x5) = (zero, plusP, minusP, plusQ, minusQ, infinity)
        let evenP = multiplyAdd(x4, x2, -Powers.qq)
        let oddP = multiplyAdd(x3, x1, -Powers.qq)
        let evenQ = multiplyAdd(x4, x2, -Powers.pp)
        let oddQ = multiplyAdd(x3, x1, -Powers.pp)
        return SixPoints(
            multiplyAdd(multiplyAdd(x4, x2, -Powers.sum), x0, Powers.product),
            multiplyAdd(evenP, oddP, Powers.p), multiplyAdd(evenP, oddP, -Powers.p),
            multiplyAdd(evenQ, oddQ, Powers.q), multiplyAdd(evenQ, oddQ, -Powers.q),
            multiplyAdd(multiplyAdd(x5, x3, -Powers.sum), x1, Powers.product))
    }

    @inline(__always)
    var toOutputs: Four {
        let (evenP, oddP) = (plusP + minusP, plusP - minusP)
        let (evenQ, oddQ) = (plusQ + minusQ, plusQ - minusQ)
        return Four(
            zero + evenP + evenQ,
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
        self.init(outputs.x0, evenP + oddP, evenP - oddP, evenQ + oddQ, evenQ - oddQ, outputs.x3)
    }

    @inline(__always)
    init(weights: Taps) {
        let evenP = multiplyAdd(weights.x0, weights.x2, Powers.pp) * Powers.pScale
        let oddP = weights.x1 * (Powers.p * Powers.pScale)
        let evenQ = multiplyAdd(weights.x0, weights.x2, Powers.qq) * Powers.qScale
        let oddQ = weights.x1 * (Powers.q * Powers.qScale)
        self.init(
            weights.x0 * Powers.zeroScale, evenP + oddP, evenP - oddP, evenQ + oddQ, evenQ - oddQ, weights.x2)
    }

    @inline(__always)
    var toWeights: Taps {
        let (evenP, oddP) = ((plusP + minusP) * Powers.pScale, (plusP - minusP) * Powers.pScale)
        let (evenQ, oddQ) = ((plusQ + minusQ) * Powers.qScale, (plusQ - minusQ) * Powers.qScale)
        return Taps(
            multiplyAdd(evenP + evenQ, zero, Powers.zeroScale),
            multiplyAdd(oddP * Powers.p, oddQ, Powers.q),
            multiplyAdd(multiplyAdd(infinity, evenP, Powers.pp), evenQ, Powers.qq))
    }
}
