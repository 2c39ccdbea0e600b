// Passes over memory that stand between convolutions: eight numbers at a time, which every processor keeps up with its
// memory by, so there is one variant.

private typealias Block = SIMD8<Float>

/// Rows of channels, summed in one place for each so many of them: the sums do not depend on the number of threads, and
/// are exact enough.
public let rowsOfASum = 256

/// Takes a gradient through y = max(x, 0), in place, and sums it over rows; with another gradient of x, that is added,
/// and it is what is summed.
///
///     passed[v, c] = value[v, c] > 0 ? gradient[v, c] : 0
///     gradient[v, c] = passed[v, c]                   sums[v / 256, c] = Σ_v passed[v, c]
///     gradient[v, c] = passed[v, c] + other[v, c]     sums[v / 256, c] = Σ_v other[v, c]
///
/// - Parameters:
///   - gradient: The gradient of y, which becomes that of x [rows, channels].
///   - value: y, or x, of the same shape: they are positive at the same places.
///   - other: Another gradient of x, of the same shape.
///   - sums: Receives a row of channels for each 256 rows.
///   - blocks: Which of these are done now.
public func passThroughReLU(
    _ gradient: UnsafeMutablePointer<Float>, _ value: UnsafePointer<Float>, adding other: UnsafePointer<Float>?,
    rows: Int, channels: Int, sums: UnsafeMutablePointer<Float>, blocks: Range<Int>
) {
    if let other {
        forEachRow(rows, channels, sums, blocks) { place, sum, width in
            if width == 8 {
                let added = load(other + place)
                store(added + load(gradient + place, where: load(value + place)), gradient + place)
                store(load(sum) + added, sum)
            } else {
                sum[0] += other[place]
                gradient[place] = other[place] + (value[place] > 0 ? gradient[place] : 0)
            }
        }
    } else {
        forEachRow(rows, channels, sums, blocks) { place, sum, width in
            if width == 8 {
                let passed = load(gradient + place, where: load(value + place))
                store(passed, gradient + place)
                store(load(sum) + passed, sum)
            } else {
                let passed = value[place] > 0 ? gradient[place] : 0
                gradient[place] = passed
                sum[0] += passed
            }
        }
    }
}

/// Goes through the numbers of blocks of rows, eight at a time and the last ones of a row alone.
@inline(__always)
private func forEachRow(
    _ rows: Int, _ channels: Int, _ sums: UnsafeMutablePointer<Float>, _ blocks: Range<Int>,
    _ body: (_ place: Int, _ sum: UnsafeMutablePointer<Float>, _ width: Int) -> Void
) {
    for block in blocks {
        let sum = sums + block &* channels
        sum.update(repeating: 0, count: channels)
        for row in block &* rowsOfASum..<min(rows, (block &+ 1) &* rowsOfASum) {
            let start = row &* channels
            var channel = 0
            while channel &+ 8 <= channels {
                body(start &+ channel, sum + channel, 8)
                channel &+= 8
            }
            while channel < channels {
                body(start &+ channel, sum + channel, 1)
                channel &+= 1
            }
        }
    }
}

@inline(__always)
private func load(_ pointer: UnsafePointer<Float>) -> Block {
    UnsafeRawPointer(pointer).loadUnaligned(as: Block.self)
}

/// Numbers where others are positive, and 0 elsewhere.
@inline(__always)
private func load(_ pointer: UnsafePointer<Float>, where value: Block) -> Block {
    // Comparing vectors of floats is slow without AVX; of such a number the bits say whether it is positive.
    let bits = unsafeBitCast(value, to: SIMD8<Int32>.self)
    let mask = ((SIMD8<Int32>() &- bits) & ~bits) &>> SIMD8<Int32>(repeating: 31)
    return unsafeBitCast(unsafeBitCast(load(pointer), to: SIMD8<Int32>.self) & mask, to: Block.self)
}

@inline(__always)
private func store(_ block: Block, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: block, as: Block.self)
}
