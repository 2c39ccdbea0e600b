import ConvolutionKernelInterface

/// The variant's kernel.
public enum WinogradKernel: TileKernel {
    /// Whether the variant was compiled for instructions that make it faster than the engine's own convolution.
    public static var isVectorized: Bool {
        #if FUSED
            true
        #else
            false
        #endif
    }

    /// Products of whole tiles and whole registers at all places.
    public static func multiplications(_ shape: ConvolutionShape) -> Int {
        shape.tiles * packedCount(shape)
    }

    /// Convolves block by block: read and transform, multiply, transform back and write.
    public static func convolve(
        _ input: UnsafePointer<Float>, rectifies: Bool, _ packed: UnsafePointer<Float>,
        _ finish: ConvolutionFinish<Float>, to output: UnsafeMutablePointer<Float>, _ shape: ConvolutionShape,
        blocks: BlockQueue
    ) {
        convolveMaps(input, rectifies: rectifies, packed, finish, to: output, shape, blocks)
    }

    /// The same of maps in bfloat16.
    public static func convolve(
        _ input: UnsafePointer<UInt16>, rectifies: Bool, _ packed: UnsafePointer<Float>,
        _ finish: ConvolutionFinish<UInt16>, to output: UnsafeMutablePointer<UInt16>, _ shape: ConvolutionShape,
        blocks: BlockQueue
    ) {
        convolveMaps(input, rectifies: rectifies, packed, finish, to: output, shape, blocks)
    }

    @inline(__always)
    private static func convolveMaps<Number: MapNumber>(
        _ input: UnsafePointer<Number>, rectifies: Bool, _ packed: UnsafePointer<Float>,
        _ finish: ConvolutionFinish<Number>, to output: UnsafeMutablePointer<Number>, _ shape: ConvolutionShape,
        _ blocks: BlockQueue
    ) {
        if shape.kind == .same {
            convolve(SixPoints.self, input, rectifies: rectifies, packed, finish, to: output, shape, blocks)
        } else {
            convolve(FivePoints.self, input, rectifies: rectifies, packed, finish, to: output, shape, blocks)
        }
    }

    private static func convolve<Points: PointNumbers, Number: MapNumber>(
        _ points: Points.Type, _ input: UnsafePointer<Number>, rectifies: Bool, _ packed: UnsafePointer<Float>,
        _ finish: ConvolutionFinish<Number>, to output: UnsafeMutablePointer<Number>, _ shape: ConvolutionShape,
        _ blocks: BlockQueue
    ) {
        let inputs = PlaceMemory(places: shape.places, lanes: shape.windows &* lanes(of: shape.inputs))
        let products = PlaceMemory(places: shape.places, lanes: shape.groups &* 2 &* pairs(of: shape.outputs))
        let reader = TileReader(
            input, height: shape.inputHeight, width: shape.inputWidth, channels: shape.inputs, rectifies: rectifies)
        let writer = TileWriter(output, finish, shape)
        defer {
            inputs.deallocate()
            products.deallocate()
            reader.deallocate()
            writer.deallocate()
        }
        while let block = blocks.next() {
            let first = block &* ConvolutionShape.blockTiles
            let count = min(shape.tiles &- first, ConvolutionShape.blockTiles)
            for slot in 0..<count { read(Points.self, first &+ slot, reader, to: inputs, slot: slot, shape) }
            multiply(inputs, packed, tiles: count, to: products, shape)
            for slot in 0..<count { write(Points.self, first &+ slot, writer, from: products, slot: slot, shape) }
            writer.finishBlock(block)
        }
    }

    /// Reads all windows of a tile's input.
    @inline(__always)
    static func read<Points: PointNumbers, Number: MapNumber>(
        _ points: Points.Type, _ tile: Int, _ reader: TileReader<Number>, to memory: PlaceMemory, slot: Int,
        _ shape: ConvolutionShape
    ) {
        let place = TilePlace(tile, shape)
        let scale = shape.kind == .halving ? 2 : 1
        let ahead = place.ahead(shape, scale: scale)
        for index in 0..<shape.windows {
            let window = Window(
                image: place.image, top: scale &* place.top &+ index / 2 &- 1,
                left: scale &* place.left &+ index % 2 &- 1, step: scale, ahead: ahead)
            reader.readInputs(Points.self, window, to: memory, lanes: index &* lanes(of: shape.inputs), slot: slot)
        }
    }

    /// Writes all parts of a tile's output.
    @inline(__always)
    private static func write<Points: PointNumbers, Number: MapNumber>(
        _ points: Points.Type, _ tile: Int, _ writer: TileWriter<Number>, from memory: PlaceMemory, slot: Int,
        _ shape: ConvolutionShape
    ) {
        let place = TilePlace(tile, shape)
        let scale = shape.kind == .doubling ? 2 : 1
        let ahead = place.ahead(shape, scale: scale)
        for index in 0..<shape.groups {
            let window = Window(
                image: place.image, top: scale &* place.top &+ index / 2, left: scale &* place.left &+ index % 2,
                step: scale, ahead: ahead)
            writer.write(
                Points.self, from: memory, lanes: index &* 2 &* pairs(of: shape.outputs), slot: slot, window,
                height: min(shape.height &- place.top, 4), width: min(shape.width &- place.left, 4))
        }
    }

    /// Multiplies the inputs and the weights of all places.
    private static func multiply(
        _ inputs: PlaceMemory, _ packed: UnsafePointer<Float>, tiles: Int, to products: PlaceMemory,
        _ shape: ConvolutionShape
    ) {
        let pairs = pairs(of: shape.outputs)
        // The windows add up to the output, or each gives a part of it.
        let depth = shape.windows &* lanes(of: shape.inputs) / shape.groups
        var weights = packed
        for place in 0..<shape.places {
            for group in 0..<shape.groups {
                let source = inputs.start(lanes: group &* depth, slot: 0) + place &* inputs.stride
                for pair in 0..<pairs {
                    let target =
                        products.start(lanes: 2 &* (group &* pairs &+ pair), slot: 0) + place &* products.stride
                    // Rows beyond the last tile are those of an earlier block: computed, and not read.
                    for slot in stride(from: 0, to: tiles, by: productRows) {
                        multiplyRows(
                            source + slot &* laneCount, weights, depth: depth, to: target + slot &* laneCount)
                    }
                    weights += depth &* laneCount &* 2 &* laneCount
                }
            }
        }
    }
}
