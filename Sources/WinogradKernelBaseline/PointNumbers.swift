/// Numbers at the points of interpolation along a line: what the one-dimensional transforms between inputs, weights and
/// outputs have in the middle. The two-dimensional ones apply them to columns and then to lines.
protocol PointNumbers {
    /// How many points there are, and inputs of four outputs.
    static var count: Int { get }
    /// Weights of a filter along a line.
    static var taps: Int { get }

    /// Numbers that are `stride` apart.
    init(_ pointer: UnsafePointer<Float>, stride: Int)

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
        store(x0, pointer, count: count)
        store(x1, pointer + stride, count: count)
        if taps == 3 { store(x2, pointer + 2 &* stride, count: count) }
    }
}
