import WinogradKernelTypes

/// Writes tiles of the output from products at the places.
struct TileWriter {
    private let output: UnsafeMutablePointer<Float>
    private let finish: ConvolutionFinish
    private let shape: ConvolutionShape
    private let columns: UnsafeMutablePointer<Float>
    private let outputs: UnsafeMutablePointer<Float>

    init(_ output: UnsafeMutablePointer<Float>, _ finish: ConvolutionFinish, _ shape: ConvolutionShape) {
        self.output = output
        self.finish = finish
        self.shape = shape
        columns = .allocate(capacity: 24 &* laneCount)
        outputs = .allocate(capacity: 16 &* laneCount)
    }

    func deallocate() {
        columns.deallocate()
        outputs.deallocate()
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
        let pixel = window.step &* shape.outputs
        let line = shape.outputWidth &* pixel
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
            let bias = finish.bias.map { load($0 + channel, count: count) } ?? Lanes()
            for y in 0..<height {
                var offset = start &+ y &* line &+ channel
                let source = outputs + y &* 4 &* laneCount
                for x in 0..<width {
                    put(load(source + x &* laneCount) + bias, offset, count)
                    offset &+= pixel
                }
            }
            channel &+= laneCount
            lanes &+= 1
        }
    }

    @inline(__always)
    private func put(_ product: Lanes, _ offset: Int, _ count: Int) {
        var result = product
        if let mask = finish.mask {
            let numbers = load(mask + offset, count: count)
            result = Lanes().replacing(with: result, where: numbers .> Lanes())
        }
        if let other = finish.other { result += load(other + offset, count: count) }
        if finish.relu { result = result.replacing(with: Lanes(), where: result .< Lanes()) }
        store(result, output + offset, count: count)
    }
}
