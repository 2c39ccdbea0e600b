// Compiled several times, as `Lanes.swift` is.

extension Operations {
    /// ELU of images, with borders of zeros above, left and right of them.
    ///
    /// - Parameters:
    ///   - rows: Of images × (height + above).
    ///   - source: [images, height, length], length = width · channels.
    ///   - target: [images, height + above, side + length + side].
    public static func padELU(
        _ rows: Range<Int>, source: UnsafePointer<Float>, target: UnsafeMutablePointer<Float>, height: Int, length: Int,
        above: Int, side: Int
    ) {
        for row in rows {
            let (image, line) = (row / (height + above), row % (height + above) - above)
            let output = target + row * (length + 2 * side)
            if line < 0 {
                output.update(repeating: 0, count: length + 2 * side)
                continue
            }
            output.update(repeating: 0, count: side)
            (output + side + length).update(repeating: 0, count: side)
            let input = source + (image * height + line) * length
            for start in stride(from: 0, to: length, by: 8) {
                let count = length - start
                store(elu(load(input + start, count: count)), to: output + side + start, count: count)
            }
        }
    }

    /// The gradient of ``padELU(_:source:target:height:length:above:side:)``, by what it gave.
    ///
    /// - Parameters:
    ///   - rows: Of images × height.
    ///   - gradient: As `padded`.
    ///   - target: [images, height, length].
    public static func padELUBackward(
        _ rows: Range<Int>, padded: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        target: UnsafeMutablePointer<Float>, height: Int, length: Int, above: Int, side: Int
    ) {
        for row in rows {
            let line = row / height * (height + above) + row % height + above
            let place = line * (length + 2 * side) + side
            for start in stride(from: 0, to: length, by: 8) {
                let count = length - start
                let slope = slope(ofELU: load(padded + place + start, count: count))
                store(
                    load(gradient + place + start, count: count) * slope, to: target + row * length + start,
                    count: count)
            }
        }
    }

    /// ELU, then dropout: a number is kept, times 1 / (1 − share), or becomes −0, which nothing that is kept is.
    ///
    /// - Parameters:
    ///   - blocks: Of eight numbers.
    ///   - target: May be `source`.
    ///   - threshold: 2³² · share: what is kept has a hash of seed and place that is not less.
    public static func dropELU(
        _ blocks: Range<Int>, source: UnsafePointer<Float>, target: UnsafeMutablePointer<Float>, count: Int,
        share: Float, threshold: UInt32, seed: UInt64
    ) {
        let scale = Lanes(repeating: 1 / (1 - share))
        for block in blocks {
            let rest = count - block * 8
            let kept = elu(load(source + block * 8, count: rest)) * scale
            let isDropped = hashes(block: block, seed) .< SIMD8<UInt32>(repeating: threshold)
            store(kept.replacing(with: Lanes(repeating: -0.0), where: isDropped), to: target + block * 8, count: rest)
        }
    }

    /// The gradient of ``dropELU(_:source:target:count:share:threshold:seed:)``, by what it gave.
    public static func dropELUBackward(
        _ blocks: Range<Int>, result: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        target: UnsafeMutablePointer<Float>, count: Int, share: Float
    ) {
        let scale = Lanes(repeating: 1 / (1 - share))
        let inverse = Lanes(repeating: 1 - share)
        let dropped = SIMD8<UInt32>(repeating: (-0.0 as Float).bitPattern)
        for block in blocks {
            let rest = count - block * 8
            let number = load(result + block * 8, count: rest)
            let slope = (slope(ofELU: number * inverse) * scale)
                .replacing(
                    with: Lanes(repeating: 0), where: unsafeBitCast(number, to: SIMD8<UInt32>.self) .== dropped)
            store(load(gradient + block * 8, count: rest) * slope, to: target + block * 8, count: rest)
        }
    }

    /// h + a · σ(b).
    ///
    /// - Parameters:
    ///   - rows: Of positions.
    ///   - hidden: h, [positions, channels].
    ///   - gates: a, then b, [positions, 2 · channels].
    ///   - target: [positions, channels].
    public static func addGated(
        _ rows: Range<Int>, hidden: UnsafePointer<Float>, gates: UnsafePointer<Float>,
        target: UnsafeMutablePointer<Float>, channels: Int
    ) {
        for row in rows {
            let gate = gates + 2 * row * channels
            for start in stride(from: 0, to: channels, by: 8) {
                let count = channels - start
                let open = sigmoid(load(gate + channels + start, count: count))
                let sum = multiplyAdd(
                    load(hidden + row * channels + start, count: count), load(gate + start, count: count), open)
                store(sum, to: target + row * channels + start, count: count)
            }
        }
    }

    /// The gradient of ``addGated(_:hidden:gates:target:channels:)`` for a and b; h has that of the sum.
    public static func addGatedBackward(
        _ rows: Range<Int>, gates: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        target: UnsafeMutablePointer<Float>, channels: Int
    ) {
        for row in rows {
            let gate = gates + 2 * row * channels
            let output = target + 2 * row * channels
            for start in stride(from: 0, to: channels, by: 8) {
                let count = channels - start
                let open = sigmoid(load(gate + channels + start, count: count))
                let through = load(gradient + row * channels + start, count: count) * open
                store(through, to: output + start, count: count)
                store(
                    through * load(gate + start, count: count) * (1 - open), to: output + channels + start,
                    count: count)
            }
        }
    }
}

/// The derivative of ELU where it is `value`.
@inline(__always)
private func slope(ofELU value: Lanes) -> Lanes {
    (value + 1).replacing(with: Lanes(repeating: 1), where: value .> Lanes(repeating: 0))
}

/// Eight evenly distributed numbers of 32 bits for a place and a seed.
@inline(__always)
private func hashes(block: Int, _ seed: UInt64) -> SIMD8<UInt32> {
    let first = UInt32(truncatingIfNeeded: block &* 8) &+ UInt32(truncatingIfNeeded: seed)
    let places = SIMD8<UInt32>(0, 1, 2, 3, 4, 5, 6, 7) &+ SIMD8(repeating: first)
    return mixed(mixed(places) ^ SIMD8(repeating: UInt32(truncatingIfNeeded: seed >> 32)))
}

/// A bijection of 32 bits in which every bit of the input moves all of the output: `lowbias32` of Wellons (2018).
@inline(__always)
private func mixed(_ number: SIMD8<UInt32>) -> SIMD8<UInt32> {
    var x = number
    x ^= x &>> SIMD8(repeating: 16)
    x &*= SIMD8(repeating: 0x7FEB_352D)
    x ^= x &>> SIMD8(repeating: 15)
    x &*= SIMD8(repeating: 0x846C_A68B)
    x ^= x &>> SIMD8(repeating: 16)
    return x
}
