/// Numbers at the points of interpolation along a line: what the one-dimensional transforms between inputs, weights and
/// outputs have in the middle. The two-dimensional ones apply them to columns and then to lines.
///
/// There are ±p, ±q and ∞, and 0 for filters of three weights. What +p and −p share is computed once.
protocol PointNumbers {
    /// How many points there are, and inputs of four outputs.
    static var count: Int { get }
    /// Weights of a filter along a line.
    static var taps: Int { get }
    static var p: Float { get }
    static var q: Float { get }

    /// Numbers place by place.
    init(_ number: (_ place: Int) -> Lanes)

    /// Writes the numbers `stride` apart.
    func write(_ pointer: UnsafeMutablePointer<Float>, stride: Int)

    /// Bᵀ d of the inputs that these are.
    var ofInputs: Self { get }

    /// Aᵀ m of the products that these are: four outputs.
    var toOutputs: Four { get }

    /// A y: gradients of four outputs.
    init(outputs: Four)

    /// G g: up to three weights.
    init(weights: Taps)

    /// Gᵀ u of the gradients that these are: those of up to three weights.
    var toWeights: Taps { get }
}

extension PointNumbers {
    @inline(__always) static var pp: Float { p * p }
    @inline(__always) static var qq: Float { q * q }

    /// Numbers that are `stride` apart.
    @inline(__always)
    init(_ pointer: UnsafePointer<Float>, stride: Int) {
        self.init { load(pointer + $0 &* stride) }
    }
}

/// Numbers at ±p and ±q.
struct Pairs {
    var plusP: Lanes
    var minusP: Lanes
    var plusQ: Lanes
    var minusQ: Lanes

    @inline(__always)
    init(_ plusP: Lanes, _ minusP: Lanes, _ plusQ: Lanes, _ minusQ: Lanes) {
        self.plusP = plusP
        self.minusP = minusP
        self.plusQ = plusQ
        self.minusQ = minusQ
    }

    /// Even and odd parts of a polynomial at the points.
    @inline(__always)
    init(evenP: Lanes, oddP: Lanes, evenQ: Lanes, oddQ: Lanes) {
        self.init(evenP + oddP, evenP - oddP, evenQ + oddQ, evenQ - oddQ)
    }

    @inline(__always) var evenP: Lanes { plusP + minusP }
    @inline(__always) var oddP: Lanes { plusP - minusP }
    @inline(__always) var evenQ: Lanes { plusQ + minusQ }
    @inline(__always) var oddQ: Lanes { plusQ - minusQ }
}

/// Numbers of four places.
struct Four {
    var x0: Lanes
    var x1: Lanes
    var x2: Lanes
    var x3: Lanes

    @inline(__always)
    init(_ x0: Lanes, _ x1: Lanes, _ x2: Lanes, _ x3: Lanes) {
        self.x0 = x0
        self.x1 = x1
        self.x2 = x2
        self.x3 = x3
    }

    /// Numbers that are `stride` apart.
    @inline(__always)
    init(_ pointer: UnsafePointer<Float>, stride: Int) {
        self.init(
            load(pointer), load(pointer + stride), load(pointer + 2 &* stride), load(pointer + 3 &* stride))
    }

    /// Powers of the points weigh the numbers: A y at ±p and ±q.
    @inline(__always)
    func atPairs(p: Float, q: Float) -> Pairs {
        Pairs(
            evenP: multiplyAdd(x0, x2, p * p), oddP: multiplyAdd(x1 * p, x3, p * p * p),
            evenQ: multiplyAdd(x0, x2, q * q), oddQ: multiplyAdd(x1 * q, x3, q * q * q))
    }

    /// Aᵀ m of products at 0, ±p, ±q and ∞.
    @inline(__always)
    init(zero: Lanes = Lanes(), _ pairs: Pairs, infinity: Lanes, p: Float, q: Float) {
        self.init(
            zero + pairs.evenP + pairs.evenQ,
            multiplyAdd(pairs.oddP * p, pairs.oddQ, q),
            multiplyAdd(pairs.evenP * (p * p), pairs.evenQ, q * q),
            multiplyAdd(multiplyAdd(infinity, pairs.oddP, p * p * p), pairs.oddQ, q * q * q))
    }

    /// Writes the numbers `stride` apart.
    @inline(__always)
    func write(_ pointer: UnsafeMutablePointer<Float>, stride: Int) {
        store(x0, pointer)
        store(x1, pointer + stride)
        store(x2, pointer + 2 &* stride)
        store(x3, pointer + 3 &* stride)
    }
}

/// Weights along a line; the last is not used where there are two.
struct Taps {
    var x0: Lanes
    var x1: Lanes
    var x2: Lanes

    @inline(__always)
    init(_ x0: Lanes, _ x1: Lanes, _ x2: Lanes) {
        self.x0 = x0
        self.x1 = x1
        self.x2 = x2
    }

    /// Writes the first `taps` weights `stride` apart, and so many channels of them.
    @inline(__always)
    func write(_ pointer: UnsafeMutablePointer<Float>, stride: Int, taps: Int, count: Int = laneCount) {
        Float.store(x0, pointer, count: count)
        Float.store(x1, pointer + stride, count: count)
        if taps == 3 { Float.store(x2, pointer + 2 &* stride, count: count) }
    }
}
