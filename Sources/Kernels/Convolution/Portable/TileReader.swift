import CProcessor

/// Pixels of a grid that lie `step` apart.
struct Window {
    var image: Int
    var top: Int
    var left: Int
    var step: Int
    /// How many pixels further the next tile's window begins, whose memory is asked for as this one's is used.
    var ahead: Int
}

/// Reads windows of a grid, and writes them at the places.
struct TileReader<Number: MapNumber> {
    private let source: UnsafePointer<Number>
    private let height: Int
    private let width: Int
    private let channels: Int
    private let floor: Lanes
    private let pixels: UnsafeMutablePointer<UnsafePointer<Number>>
    private let zeros: Scratch
    private let columns: Scratch

    /// - Parameters:
    ///   - source: [images, height, width, channels].
    ///   - rectifies: Whether max(x, 0) is taken.
    init(_ source: UnsafePointer<Number>, height: Int, width: Int, channels: Int, rectifies: Bool) {
        self.source = source
        self.height = height
        self.width = width
        self.channels = channels
        // One comparison for both is cheaper than a branch.
        floor = Lanes(repeating: rectifies ? 0 : -.infinity)
        pixels = .allocate(capacity: 36)
        zeros = Scratch(count: lanes(of: channels) &* laneCount)
        columns = Scratch(count: 36 &* laneCount)
    }

    func deallocate() {
        pixels.deallocate()
        zeros.deallocate()
        columns.deallocate()
    }

    /// Bᵀ d B of a window of inputs; around the grid lie zeros.
    @inline(__always)
    func readInputs<Points: PointNumbers>(
        _ points: Points.Type, _ window: Window, to memory: PlaceMemory, lanes first: Int, slot: Int
    ) {
        let side = Points.count
        let columns = columns.start
        point(window, side: side)
        let ahead = window.ahead &* channels
        forEachLanes { lanes, channel, count in
            for column in 0..<side {
                read(Points.self, column, channel, count, ahead: ahead).ofInputs
                    .write(columns + column &* laneCount, stride: side &* laneCount)
            }
            let target = memory.start(lanes: first &+ lanes, slot: slot)
            for line in 0..<side {
                Points(columns + line &* side &* laneCount, stride: laneCount).ofInputs
                    .write(target + line &* side &* memory.stride, stride: memory.stride)
            }
        }
    }

    /// A y Aᵀ of a window of 4×4 gradients; beyond the grid lie zeros.
    ///
    /// - Parameter sums: Receives the sum of the gradients too, added to what is there.
    @inline(__always)
    func readGradients<Points: PointNumbers>(
        _ points: Points.Type, _ window: Window, to memory: PlaceMemory, slot: Int, sums: UnsafeMutablePointer<Float>
    ) {
        let side = Points.count
        let columns = columns.start
        point(window, side: 4)
        let ahead = window.ahead &* channels
        forEachLanes { lanes, channel, count in
            var sum = load(sums + channel)
            for column in 0..<4 {
                let pixels = pixels + column
                let four = Four(
                    read(pixels[0], channel, count, ahead: ahead), read(pixels[4], channel, count, ahead: ahead),
                    read(pixels[8], channel, count, ahead: ahead), read(pixels[12], channel, count, ahead: ahead))
                sum += (four.x0 + four.x1) + (four.x2 + four.x3)
                Points(outputs: four).write(columns + column &* laneCount, stride: 4 &* laneCount)
            }
            store(sum, sums + channel)
            let target = memory.start(lanes: lanes, slot: slot)
            for line in 0..<side {
                Points(outputs: Four(columns + line &* 4 &* laneCount, stride: laneCount))
                    .write(target + line &* side &* memory.stride, stride: memory.stride)
            }
        }
    }

    /// Finds the pixels of a window, line by line.
    @inline(__always)
    private func point(_ window: Window, side: Int) {
        let zeros = UnsafeRawPointer(zeros.start).assumingMemoryBound(to: Number.self)
        var next = pixels
        var y = window.top
        for _ in 0..<side {
            let line = (window.image &* height &+ y) &* width
            let isInside = y >= 0 && y < height
            var x = window.left
            for _ in 0..<side {
                next.pointee =
                    isInside && x >= 0 && x < width
                    ? source + (line &+ x) &* channels : zeros
                next += 1
                x &+= window.step
            }
            y &+= window.step
        }
    }

    @inline(__always)
    private func forEachLanes(_ body: (_ lanes: Int, _ channel: Int, _ count: Int) -> Void) {
        var channel = 0
        var lanes = 0
        while channel < channels {
            body(lanes, channel, min(channels &- channel, laneCount))
            channel &+= laneCount
            lanes &+= 1
        }
    }

    /// A column of pixels.
    @inline(__always)
    private func read<Points: PointNumbers>(
        _ points: Points.Type, _ column: Int, _ channel: Int, _ count: Int, ahead: Int
    ) -> Points {
        Points { line in read(pixels[line &* Points.count &+ column], channel, count, ahead: ahead) }
    }

    @inline(__always)
    private func read(_ pixel: UnsafePointer<Number>, _ channel: Int, _ count: Int, ahead: Int) -> Lanes {
        hrvq_prefetch(pixel + (channel &+ ahead))
        let numbers = Number.load(pixel + channel, count: count)
        return numbers.replacing(with: floor, where: numbers .< floor)
    }
}
