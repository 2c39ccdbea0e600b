// Compiled several times, as `Lanes.swift` is.

/// One head of one image while a thread works at it: numbers of [positions, channels] with both rounded up to whole
/// blocks of eight, zeros in what there is not.
struct HeadMemory {
    /// Positions, rounded up.
    let rows: Int
    /// Channels, rounded up.
    let width: Int
    private let positions: Int
    private let size: Int
    private var free: UnsafeMutablePointer<Float>
    private let block: UnsafeMutableRawPointer

    /// Takes memory for `matrices` matrices of positions and channels, and for `lanes` times eight numbers more.
    init(positions: Int, size: Int, matrices: Int, lanes: Int) {
        self.positions = positions
        self.size = size
        rows = padded(positions)
        width = padded(size)
        let count = matrices * rows * width + lanes * 8
        block = .allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
        free = block.bindMemory(to: Float.self, capacity: count)
        free.initialize(repeating: 0, count: count)
    }

    func deallocate() { block.deallocate() }

    /// Room for a matrix [rows, width].
    mutating func matrix() -> UnsafeMutablePointer<Float> {
        defer { free += rows * width }
        return free
    }

    /// Room for `count` times eight numbers.
    mutating func lanes(_ count: Int) -> UnsafeMutablePointer<Lanes> {
        defer { free += count * 8 }
        return UnsafeMutableRawPointer(free).assumingMemoryBound(to: Lanes.self)
    }

    /// Copies a head of a tensor, whose positions are `stride` numbers apart, times `scale`.
    func gather(
        _ source: UnsafePointer<Float>, stride: Int, scale: Float = 1, to matrix: UnsafeMutablePointer<Float>
    ) {
        for position in 0..<positions {
            for channel in 0..<size {
                matrix[position * width + channel] = source[position * stride + channel] * scale
            }
        }
    }

    /// Copies into a head of a tensor.
    func scatter(_ matrix: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, stride: Int) {
        for position in 0..<positions {
            for channel in 0..<size { target[position * stride + channel] = matrix[position * width + channel] }
        }
    }

    /// The channels of eight positions, a position a lane.
    @inline(__always)
    func transpose(_ matrix: UnsafePointer<Float>, row: Int, to lanes: UnsafeMutablePointer<Lanes>) {
        let source = matrix + row * width
        let target = UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Float.self)
        for lane in 0..<8 {
            for channel in 0..<size { target[channel * 8 + lane] = source[lane * width + channel] }
        }
    }

    /// Writes the channels of the positions from `row` on, a position a lane, to a tensor.
    @inline(__always)
    func scatter(
        _ lanes: UnsafePointer<Lanes>, scale: Lanes, row: Int, to target: UnsafeMutablePointer<Float>, stride: Int
    ) {
        let count = min(8, positions - row)
        for channel in 0..<size {
            let numbers = lanes[channel] * scale
            for lane in 0..<count { target[(row + lane) * stride + channel] = numbers[lane] }
        }
    }
}

/// Which of eight positions may look at the key that is `offset` after the first of them.
@inline(__always)
func sees(_ offset: Int) -> SIMDMask<SIMD8<Int32>> {
    SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) .>= SIMD8<Int32>(repeating: Int32(truncatingIfNeeded: offset))
}
