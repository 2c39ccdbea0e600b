import WinogradKernelTypes

extension WinogradKernel {
    /// [places, groups, pairs of outputs, depth, 2 · lanes]; the depth is that of the inputs in whole lanes, of all
    /// windows where they add up.
    public static func packedCount(_ shape: ConvolutionShape) -> Int { shape.places * placeCount(shape) }

    /// Numbers of one place.
    @inline(__always)
    private static func placeCount(_ shape: ConvolutionShape) -> Int {
        shape.windows &* pairs(of: shape.outputs) &* 2 &* laneCount &* lanes(of: shape.inputs) &* laneCount
    }

    /// Packs rows of a weight: filters of channels that lie side by side go through the transform together.
    public static func pack(
        _ weight: UnsafePointer<Float>, isReversed: Bool, _ shape: ConvolutionShape,
        to packed: UnsafeMutablePointer<Float>, rows: Range<Int>
    ) {
        if shape.kind == .same {
            pack(SixPoints.self, weight, isReversed: isReversed, shape, to: packed, rows: rows)
        } else {
            pack(FivePoints.self, weight, isReversed: isReversed, shape, to: packed, rows: rows)
        }
    }

    private static func pack<Points: PointNumbers>(
        _ points: Points.Type, _ weight: UnsafePointer<Float>, isReversed: Bool, _ shape: ConvolutionShape,
        to packed: UnsafeMutablePointer<Float>, rows: Range<Int>
    ) {
        let columns = isReversed ? shape.outputs : shape.inputs
        let filter = FilterPoints(isReversed: isReversed, columns: columns, shape)
        defer { filter.deallocate() }
        for row in rows {
            var column = 0
            while column < columns {
                let count = min(columns &- column, laneCount)
                for window in 0..<shape.windows {
                    filter.transform(Points.self, weight, row: row, column: column, window: window, count: count)
                    if isReversed {
                        place(filter, in: packed, window: window, input: row, output: column, shape)
                    } else {
                        for index in 0..<count {
                            place(
                                filter, index, in: packed, window: window, input: column &+ index, output: row, shape)
                        }
                    }
                }
                column &+= laneCount
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

    /// Outputs that lie side by side.
    @inline(__always)
    private static func place(
        _ filter: FilterPoints, in packed: UnsafeMutablePointer<Float>, window: Int, input: Int, output: Int,
        _ shape: ConvolutionShape
    ) {
        var target = packed + offset(window: window, input: input, output: output, shape)
        for place in 0..<shape.places {
            store(load(filter.numbers + place &* laneCount), target)
            target += placeCount(shape)
        }
    }

    /// One of inputs that lie side by side.
    @inline(__always)
    private static func place(
        _ filter: FilterPoints, _ index: Int, in packed: UnsafeMutablePointer<Float>, window: Int, input: Int,
        output: Int, _ shape: ConvolutionShape
    ) {
        var target = packed + offset(window: window, input: input, output: output, shape)
        for place in 0..<shape.places {
            target.pointee = filter.numbers[place &* laneCount &+ index]
            target += placeCount(shape)
        }
    }
}

/// The filters of some channels, which lie side by side, at the places.
private struct FilterPoints {
    /// [places, lanes].
    let numbers: UnsafePointer<Float>
    private let memory: Scratch
    private let lines: Scratch
    private let isReversed: Bool
    private let columns: Int
    private let kind: ConvolutionShape.Kind

    init(isReversed: Bool, columns: Int, _ shape: ConvolutionShape) {
        self.isReversed = isReversed
        self.columns = columns
        kind = shape.kind
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
    func transform<Points: PointNumbers>(
        _ points: Points.Type, _ weight: UnsafePointer<Float>, row: Int, column: Int, window: Int, count: Int
    ) {
        let (side, taps) = (Points.count, Points.taps)
        let (numbers, lines) = (memory.start, lines.start)
        let length = kind == .same ? 3 : 4
        let source = weight + (row &* length &* length &* columns &+ column)
        @inline(__always)
        func tap(_ line: Int, _ column: Int) -> Lanes {
            let place = Self.tap(line, window / 2, kind) &* length &+ Self.tap(column, window % 2, kind)
            return load(source + (isReversed && kind == .same ? 8 &- place : place) &* columns, count: count)
        }
        for column in 0..<taps {
            Points(
                weights: Taps(tap(0, column), tap(1, column), taps == 3 ? tap(2, column) : Lanes())
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
