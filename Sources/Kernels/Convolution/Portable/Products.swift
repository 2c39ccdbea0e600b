import ConvolutionKernelInterface

/// Sums of four rows by two ``Lanes``, which stay in registers.
struct FourRows {
    private var left0: Lanes
    private var left1: Lanes
    private var left2: Lanes
    private var left3: Lanes
    private var right0: Lanes
    private var right1: Lanes
    private var right2: Lanes
    private var right3: Lanes

    /// Zeros.
    @inline(__always)
    init() {
        left0 = Lanes()
        left1 = Lanes()
        left2 = Lanes()
        left3 = Lanes()
        right0 = Lanes()
        right1 = Lanes()
        right2 = Lanes()
        right3 = Lanes()
    }

    /// Adds the products of a number of each row, `stride` apart, and the two ``Lanes``.
    @inline(__always)
    mutating func add(_ rows: UnsafePointer<Float>, stride: Int, _ left: Lanes, _ right: Lanes) {
        let row0 = Lanes(repeating: rows[0])
        left0 = multiplyAdd(left0, row0, left)
        right0 = multiplyAdd(right0, row0, right)
        let row1 = Lanes(repeating: rows[stride])
        left1 = multiplyAdd(left1, row1, left)
        right1 = multiplyAdd(right1, row1, right)
        let row2 = Lanes(repeating: rows[2 &* stride])
        left2 = multiplyAdd(left2, row2, left)
        right2 = multiplyAdd(right2, row2, right)
        let row3 = Lanes(repeating: rows[3 &* stride])
        left3 = multiplyAdd(left3, row3, left)
        right3 = multiplyAdd(right3, row3, right)
    }

    /// Adds the sums to those of rows that are `stride` apart.
    @inline(__always)
    func add(to left: UnsafeMutablePointer<Float>, _ right: UnsafeMutablePointer<Float>, stride: Int) {
        store(load(left) + left0, left)
        store(load(left + stride) + left1, left + stride)
        store(load(left + 2 &* stride) + left2, left + 2 &* stride)
        store(load(left + 3 &* stride) + left3, left + 3 &* stride)
        store(load(right) + right0, right)
        store(load(right + stride) + right1, right + stride)
        store(load(right + 2 &* stride) + right2, right + 2 &* stride)
        store(load(right + 3 &* stride) + right3, right + 3 &* stride)
    }

    /// Writes rows, `stride` apart.
    @inline(__always)
    func write(_ left: UnsafeMutablePointer<Float>, _ right: UnsafeMutablePointer<Float>, stride: Int) {
        store(left0, left)
        store(left1, left + stride)
        store(left2, left + 2 &* stride)
        store(left3, left + 3 &* stride)
        store(right0, right)
        store(right1, right + stride)
        store(right2, right + 2 &* stride)
        store(right3, right + 3 &* stride)
    }
}

#if WIDE
    /// Tiles that ``multiplyRows(_:_:depth:to:)`` takes together.
    @inline(__always) var productRows: Int { 12 }
    /// Outputs that ``multiplyGradients(_:_:tiles:to:stride:)`` takes together.
    @inline(__always) var gradientRows: Int { 8 }
#else
    @inline(__always) var productRows: Int { 4 }
    @inline(__always) var gradientRows: Int { 4 }
#endif

/// Products of some tiles and a packed weight, at one place and for two ``Lanes`` of outputs.
///
/// - Parameters:
///   - inputs: The first tile's, in a ``PlaceMemory``.
///   - weights: [depth · lanes, 2 · lanes].
///   - depth: The inputs, in whole ``Lanes``.
///   - products: Receives the first tile's, in a ``PlaceMemory``.
@inline(__always)
func multiplyRows(
    _ inputs: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, depth: Int,
    to products: UnsafeMutablePointer<Float>
) {
    var rows0 = FourRows()
    #if WIDE
        var rows1 = FourRows()
        var rows2 = FourRows()
    #endif
    var inputs = inputs
    var weights = weights
    for _ in 0..<depth {
        for channel in 0..<laneCount {
            let (left, right) = (load(weights), load(weights + laneCount))
            rows0.add(inputs + channel, stride: laneCount, left, right)
            #if WIDE
                rows1.add(inputs + channel + 4 &* laneCount, stride: laneCount, left, right)
                rows2.add(inputs + channel + 8 &* laneCount, stride: laneCount, left, right)
            #endif
            weights += 2 &* laneCount
        }
        inputs += PlaceMemory.lanesStride
    }
    let next = products + PlaceMemory.lanesStride
    rows0.write(products, next, stride: laneCount)
    #if WIDE
        rows1.write(products + 4 &* laneCount, next + 4 &* laneCount, stride: laneCount)
        rows2.write(products + 8 &* laneCount, next + 8 &* laneCount, stride: laneCount)
    #endif
}

/// Adds the products of some outputs' gradients and two ``Lanes`` of inputs, summed over tiles, at one place.
///
/// - Parameters:
///   - gradients: The first tile's of the first output, in a ``PlaceMemory``.
///   - inputs: The first tile's, in a ``PlaceMemory``.
///   - tiles: How many tiles.
///   - sums: What is added to: [outputs, stride].
@inline(__always)
func multiplyGradients(
    _ gradients: UnsafePointer<Float>, _ inputs: UnsafePointer<Float>, tiles: Int,
    to sums: UnsafeMutablePointer<Float>, stride: Int
) {
    // Short sums that are added to the long one: rounding errors stay small over many tiles.
    var rows0 = FourRows()
    #if WIDE
        let further = sums + 4 &* stride
        var rows1 = FourRows()
    #endif
    var place = 0
    for _ in 0..<tiles {
        let (left, right) = (load(inputs + place), load(inputs + place + PlaceMemory.lanesStride))
        rows0.add(gradients + place, stride: 1, left, right)
        #if WIDE
            rows1.add(gradients + place + 4, stride: 1, left, right)
        #endif
        place &+= laneCount
    }
    rows0.add(to: sums, sums + laneCount, stride: stride)
    #if WIDE
        rows1.add(to: further, further + laneCount, stride: stride)
    #endif
}
