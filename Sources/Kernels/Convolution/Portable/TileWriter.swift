import CProcessor
import ConvolutionKernelInterface

/// Writes tiles of the output from products at the places.
struct TileWriter<Number: MapNumber> {
    private let output: UnsafeMutablePointer<Number>
    private let finish: ConvolutionFinish<Number>
    private let shape: ConvolutionShape
    private let columns: Scratch
    private let outputs: Scratch
    /// The sums of `other` over a block, in whole lanes.
    private let sums: Scratch

    init(_ output: UnsafeMutablePointer<Number>, _ finish: ConvolutionFinish<Number>, _ shape: ConvolutionShape) {
        self.output = output
        self.finish = finish
        self.shape = shape
        columns = Scratch(count: 24 &* laneCount)
        outputs = Scratch(count: 16 &* laneCount)
        sums = Scratch(count: lanes(of: shape.outputs) &* laneCount)
    }

    func deallocate() {
        columns.deallocate()
        outputs.deallocate()
        sums.deallocate()
    }

    /// Writes the sums of `other` over the tiles since the last call, where they are wanted.
    func finishBlock(_ block: Int) {
        guard let target = finish.otherSums else { return }
        for channel in 0..<shape.outputs {
            target[block &* shape.outputs &+ channel] = sums.start[channel]
            sums.start[channel] = 0
        }
    }

    /// Aᵀ m A of a tile, finished; what lies beyond the grid is not written.
    ///
    /// - Parameters:
    ///   - lanes: Where the products of the part of the output are.
    ///   - window: The part's first pixel, and how far apart its pixels are.
    ///   - height: Lines that are in the grid.
    ///   - width: Pixels of a line that are in the grid.
    @inline(__always)
    func write<Points: PointNumbers>(
        _ points: Points.Type, from memory: PlaceMemory, lanes first: Int, slot: Int, _ window: Window, height: Int,
        width: Int
    ) {
        let side = Points.count
        let (columns, outputs) = (columns.start, outputs.start)
        let pixelStride = window.step &* shape.outputs
        let lineStride = shape.outputWidth &* pixelStride
        let ahead = window.ahead &* shape.outputs
        let start =
            ((window.image &* shape.outputHeight &+ window.top) &* shape.outputWidth &+ window.left) &* shape.outputs
        var channel = 0
        var lanes = first
        while channel < shape.outputs {
            let source = memory.start(lanes: lanes, slot: slot)
            for line in 0..<side {
                Points(source + line &* side &* memory.stride, stride: memory.stride).toOutputs
                    .write(columns + line &* laneCount, stride: side &* laneCount)
            }
            for column in 0..<4 {
                Points(columns + column &* side &* laneCount, stride: laneCount).toOutputs
                    .write(outputs + column &* laneCount, stride: 4 &* laneCount)
            }
            let count = min(shape.outputs &- channel, laneCount)
            let bias = finish.bias.map { Float.load($0 + channel, count: count) } ?? Lanes()
            var sum = load(sums.start + channel)
            for y in 0..<height {
                var offset = start &+ y &* lineStride &+ channel
                let products = outputs + y &* 4 &* laneCount
                for x in 0..<width {
                    put(load(products + x &* laneCount) + bias, offset, count, &sum, ahead: ahead)
                    offset &+= pixelStride
                }
            }
            store(sum, sums.start + channel)
            channel &+= laneCount
            lanes &+= 1
        }
    }

    @inline(__always)
    private func put(_ product: Lanes, _ offset: Int, _ count: Int, _ sum: inout Lanes, ahead: Int) {
        hrvq_prefetch_for_writing(output + (offset &+ ahead))
        var result = product
        if let mask = finish.mask {
            hrvq_prefetch(mask + (offset &+ ahead))
            let numbers = Number.load(mask + offset, count: count)
            result = result.replacing(with: Lanes(), where: numbers .<= Lanes())
        }
        if let other = finish.other {
            hrvq_prefetch(other + (offset &+ ahead))
            let numbers = Number.load(other + offset, count: count)
            sum += numbers
            result += numbers
        }
        if finish.relu { result = result.replacing(with: Lanes(), where: result .< Lanes()) }
        Number.store(result, output + offset, count: count)
    }
}
