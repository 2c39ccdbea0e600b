import ConvolutionKernelInterface

extension WinogradKernel {
    /// [places, groups, pairs of outputs, depth, 2 · lanes]; the depth is that of the inputs in whole lanes, of all
    /// windows where they add up.
    public static func packedCount(_ shape: ConvolutionShape) -> Int { shape.places * placeCount(shape) }

    /// Numbers of one place.
    @inline(__always)
    private static func placeCount(_ shape: ConvolutionShape) -> Int {
        shape.windows &* pairs(of: shape.outputs) &* 2 &* laneCount &* lanes(of: shape.inputs) &* laneCount
    }

    /// Outputs that fill a ``Lanes``, for one input after the other.
    public static func packingItems(_ shape: ConvolutionShape) -> Int { lanes(of: shape.outputs) }

    /// Packs some outputs that lie side by side in a register: their filters go through the transform together, and come
    /// to lie side by side in memory.
    public static func pack(
        _ weight: UnsafePointer<Float>, isReversed: Bool, _ shape: ConvolutionShape,
        to packed: UnsafeMutablePointer<Float>, items: Range<Int>
    ) {
        if shape.kind == .same {
            pack(SixPoints.self, weight, isReversed: isReversed, shape, to: packed, items: items)
        } else {
            pack(FivePoints.self, weight, isReversed: isReversed, shape, to: packed, items: items)
        }
    }

    private static func pack<Points: PointNumbers>(
        _ points: Points.Type, _ weight: UnsafePointer<Float>, isReversed: Bool, _ shape: ConvolutionShape,
        to packed: UnsafeMutablePointer<Float>, items: Range<Int>
    ) {
        let filter = FilterPoints(weight, isReversed: isReversed, shape)
        defer { filter.deallocate() }
        let placeCount = placeCount(shape)
        for item in items {
            let output = item &* laneCount
            for window in 0..<shape.windows {
                for input in 0..<shape.inputs {
                    filter.transform(Points.self, input: input, output: output, window: window)
                    var target = packed + offset(window: window, input: input, output: output, shape)
                    for place in 0..<shape.places {
                        store(load(filter.numbers + place &* laneCount), target)
                        target += placeCount
                    }
                }
            }
        }
    }

    /// Where the weight of an input and an output is at the first place.
    @inline(__always)
    private static func offset(window: Int, input: Int, output: Int, _ shape: ConvolutionShape) -> Int {
        let ofAWindow = lanes(of: shape.inputs) &* laneCount
        let (pair, lane) = (output / (2 &* laneCount), output % (2 &* laneCount))
        let row =
            shape.kind == .doubling
            ? (window &* pairs(of: shape.outputs) &+ pair) &* ofAWindow &+ input
            : (pair &* shape.windows &+ window) &* ofAWindow &+ input
        return row &* 2 &* laneCount &+ lane
    }
}

/// The filters of an input and of some outputs at the places.
private struct FilterPoints {
    /// [places, lanes].
    let numbers: UnsafePointer<Float>
    private let memory: Scratch
    private let lines: Scratch
    private let weight: UnsafePointer<Float>
    private let isReversed: Bool
    private let shape: ConvolutionShape

    init(_ weight: UnsafePointer<Float>, isReversed: Bool, _ shape: ConvolutionShape) {
        self.weight = weight
        self.isReversed = isReversed
        self.shape = shape
        memory = Scratch(count: shape.places &* laneCount)
        numbers = UnsafePointer(memory.start)
        lines = Scratch(count: 18 &* laneCount)
    }

    func deallocate() {
        memory.deallocate()
        lines.deallocate()
    }

    /// G g Gᵀ.
    @inline(__always)
    func transform<Points: PointNumbers>(_ points: Points.Type, input: Int, output: Int, window: Int) {
        let (side, taps) = (Points.count, Points.taps)
        let (numbers, lines) = (memory.start, lines.start)
        for column in 0..<taps {
            Points(
                weights: Taps(
                    tap(0, column, window, input, output), tap(1, column, window, input, output),
                    taps == 3 ? tap(2, column, window, input, output) : Lanes())
            ).write(lines + column &* laneCount, stride: taps &* laneCount)
        }
        for line in 0..<side {
            let start = lines + line &* taps &* laneCount
            Points(
                weights: Taps(
                    load(start), load(start + laneCount), taps == 3 ? load(start + 2 &* laneCount) : Lanes())
            ).write(numbers + line &* side &* laneCount, stride: laneCount)
        }
    }

    /// A weight of the filters of some outputs.
    @inline(__always)
    private func tap(_ line: Int, _ column: Int, _ window: Int, _ input: Int, _ output: Int) -> Lanes {
        let length = shape.kind == .same ? 3 : 4
        let place = Self.tap(line, window / 2, shape.kind) &* length &+ Self.tap(column, window % 2, shape.kind)
        let count = min(shape.outputs &- output, laneCount)
        if isReversed {
            let turned = shape.kind == .same ? 8 &- place : place
            return Float.load(weight + ((input &* length &* length &+ turned) &* shape.outputs &+ output), count: count)
        }
        // Those of the next input follow in memory, so that what is read here stays near.
        var numbers = Lanes()
        for lane in 0..<count {
            numbers[lane] = weight[((output &+ lane) &* length &* length &+ place) &* shape.inputs &+ input]
        }
        return numbers
    }

    /// Which line of the filter a tap of a window is.
    @inline(__always)
    private static func tap(_ tap: Int, _ window: Int, _ kind: ConvolutionShape.Kind) -> Int {
        switch kind {
        case .same: tap
        case .halving: 2 &* tap &+ window
        case .doubling: 3 &- window &- 2 &* tap
        }
    }
}
