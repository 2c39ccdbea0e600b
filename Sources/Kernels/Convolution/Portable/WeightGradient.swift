import ConvolutionKernelInterface

extension WinogradKernel {
    /// The packed weight's [places, outputs in whole lanes, windows, pairs of inputs · 2 · lanes], and the bias's
    /// [outputs in whole lanes].
    public static func sumCount(_ shape: ConvolutionShape) -> Int {
        lanes(of: shape.outputs) * laneCount * (shape.places * rowCount(shape) + 1)
    }

    /// Sums of an output at a place.
    @inline(__always)
    private static func rowCount(_ shape: ConvolutionShape) -> Int {
        (shape.windows &* lanes(of: shape.inputs) &+ 1) / 2 &* 2 &* laneCount
    }

    /// Sums over parts of the tiles, block by block.
    public static func sumGradients(
        _ gradient: UnsafePointer<Float>, _ input: UnsafePointer<Float>, rectifies: Bool,
        to sums: UnsafeMutablePointer<Float>, _ shape: ConvolutionShape, parts: BlockQueue
    ) {
        sumMapGradients(gradient, input, rectifies: rectifies, to: sums, shape, parts)
    }

    /// The same of maps in bfloat16.
    public static func sumGradients(
        _ gradient: UnsafePointer<UInt16>, _ input: UnsafePointer<UInt16>, rectifies: Bool,
        to sums: UnsafeMutablePointer<Float>, _ shape: ConvolutionShape, parts: BlockQueue
    ) {
        sumMapGradients(gradient, input, rectifies: rectifies, to: sums, shape, parts)
    }

    @inline(__always)
    private static func sumMapGradients<Number: MapNumber>(
        _ gradient: UnsafePointer<Number>, _ input: UnsafePointer<Number>, rectifies: Bool,
        to sums: UnsafeMutablePointer<Float>, _ shape: ConvolutionShape, _ parts: BlockQueue
    ) {
        if shape.kind == .same {
            sumGradients(SixPoints.self, gradient, input, rectifies: rectifies, to: sums, shape, parts)
        } else {
            sumGradients(FivePoints.self, gradient, input, rectifies: rectifies, to: sums, shape, parts)
        }
    }

    private static func sumGradients<Points: PointNumbers, Number: MapNumber>(
        _ points: Points.Type, _ gradient: UnsafePointer<Number>, _ input: UnsafePointer<Number>, rectifies: Bool,
        to sums: UnsafeMutablePointer<Float>, _ shape: ConvolutionShape, _ parts: BlockQueue
    ) {
        let outputs = lanes(of: shape.outputs)
        let width = rowCount(shape)
        let gradients = PlaceMemory(places: shape.places, lanes: outputs)
        let inputs = PlaceMemory(places: shape.places, lanes: width / laneCount)
        let gradientReader = TileReader(
            gradient, height: shape.height, width: shape.width, channels: shape.outputs, rectifies: false)
        let inputReader = TileReader(
            input, height: shape.inputHeight, width: shape.inputWidth, channels: shape.inputs, rectifies: rectifies)
        defer {
            gradients.deallocate()
            inputs.deallocate()
            gradientReader.deallocate()
            inputReader.deallocate()
        }
        while let part = parts.next() {
            let sums = sums + part &* sumCount(shape)
            sums.initialize(repeating: 0, count: sumCount(shape))
            let biasSums = sums + shape.places &* outputs &* laneCount &* width
            for block in shape.blocks(ofPart: part) {
                let first = block &* ConvolutionShape.blockTiles
                let count = min(shape.tiles &- first, ConvolutionShape.blockTiles)
                for slot in 0..<count {
                    let place = TilePlace(first &+ slot, shape)
                    let window = Window(
                        image: place.image, top: place.top, left: place.left, step: 1,
                        ahead: place.ahead(shape, scale: 1))
                    gradientReader.readGradients(Points.self, window, to: gradients, slot: slot, sums: biasSums)
                    read(Points.self, first &+ slot, inputReader, to: inputs, slot: slot, shape)
                }
                multiply(gradients, inputs, tiles: count, to: sums, shape)
            }
        }
    }

    /// Adds the products of gradients and inputs at all places.
    private static func multiply(
        _ gradients: PlaceMemory, _ inputs: PlaceMemory, tiles: Int, to sums: UnsafeMutablePointer<Float>,
        _ shape: ConvolutionShape
    ) {
        let outputs = lanes(of: shape.outputs) &* laneCount
        let width = rowCount(shape)
        for place in 0..<shape.places {
            for output in stride(from: 0, to: outputs, by: gradientRows) {
                let source =
                    gradients.start(lanes: output / laneCount, slot: 0)
                    + (place &* gradients.stride &+ output % laneCount)
                let target = sums + (place &* outputs &+ output) &* width
                for input in stride(from: 0, to: width, by: 2 &* laneCount) {
                    multiplyGradients(
                        source, inputs.start(lanes: input / laneCount, slot: 0) + place &* inputs.stride, tiles: tiles,
                        to: target + input, stride: width)
                }
            }
        }
    }

    /// Adds up parts in their order, and takes the sums back through the transform.
    public static func finishGradients(
        _ sums: UnsafePointer<Float>, weight: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>,
        _ shape: ConvolutionShape, rows: Range<Int>
    ) {
        if shape.kind == .same {
            finishGradients(SixPoints.self, sums, weight: weight, bias: bias, shape, rows: rows)
        } else {
            finishGradients(FivePoints.self, sums, weight: weight, bias: bias, shape, rows: rows)
        }
    }

    private static func finishGradients<Points: PointNumbers>(
        _ points: Points.Type, _ sums: UnsafePointer<Float>, weight: UnsafeMutablePointer<Float>,
        bias: UnsafeMutablePointer<Float>, _ shape: ConvolutionShape, rows: Range<Int>
    ) {
        let outputs = lanes(of: shape.outputs) &* laneCount
        let width = rowCount(shape)
        let (side, taps) = (Points.count, Points.taps)
        let (valueMemory, columnMemory) = (Scratch(count: shape.places &* laneCount), Scratch(count: 18 &* laneCount))
        let (values, columns) = (valueMemory.start, columnMemory.start)
        defer {
            valueMemory.deallocate()
            columnMemory.deallocate()
        }
        let (partCount, partStride) = (shape.gradientParts, sumCount(shape))
        for row in rows {
            bias[row] = 0
            for part in 0..<partCount {
                bias[row] += sums[part &* partStride &+ shape.places &* outputs &* width &+ row]
            }
            for window in 0..<shape.windows {
                var channel = 0
                while channel < shape.inputs {
                    let start = row &* width &+ window &* lanes(of: shape.inputs) &* laneCount &+ channel
                    for place in 0..<shape.places {
                        var sum = Lanes()
                        for part in 0..<partCount {
                            sum += load(sums + (part &* partStride &+ place &* outputs &* width &+ start))
                        }
                        store(sum, values + place &* laneCount)
                    }
                    for column in 0..<side {
                        Points(values + column &* laneCount, stride: side &* laneCount).toWeights
                            .write(columns + column &* laneCount, stride: side &* laneCount, taps: taps)
                    }
                    let count = min(shape.inputs &- channel, laneCount)
                    for line in 0..<taps {
                        let found = Points(columns + line &* side &* laneCount, stride: laneCount).toWeights
                        let target =
                            weight + (filterOffset(row, line, window, shape) &* shape.inputs &+ channel)
                        found.write(
                            target, stride: (shape.kind == .same ? 1 : 2) &* shape.inputs, taps: taps, count: count)
                    }
                    channel &+= laneCount
                }
            }
        }
    }

    /// The first weight of a line of a window, in filters one after the other.
    @inline(__always)
    private static func filterOffset(_ row: Int, _ line: Int, _ window: Int, _ shape: ConvolutionShape) -> Int {
        if shape.kind == .same { return (row &* 3 &+ line) &* 3 }
        return (row &* 4 &+ 2 &* line &+ window / 2) &* 4 &+ window % 2
    }
}
