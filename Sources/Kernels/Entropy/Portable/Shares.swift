import EntropyKernelInterface

// Compiled several times, for several instruction sets: see `kernel` in Package.swift. All numbers are whole, so every
// variant computes the same.

/// The shares of eight values in 65,536ths, each less by the one that a possible value has at least: so they fit 16 bits.
/// Together with these ones they are at most 65,536; what they leave over belongs to the last value.
typealias Shares = SIMD8<UInt16>

extension KernelConstants {
    /// All bits of the lanes of impossible values.
    @inline(__always)
    func impossible(_ size: Int) -> Shares {
        size == 8 ? Shares() : ~Shares(truncatingIfNeeded: firstScores[size])
    }
}

/// Shares that are proportional to 2^(score/256): 32768 · 2^(−(greatest − score)/256) each, rounded down by shifts, then
/// brought to a sum of at most 65,536, of which every possible value has at least one.
///
/// - Parameter size: The first so many values are possible.
@inline(__always)
func shares(of scores: SIMD8<Int16>, size: Int, _ constants: KernelConstants) -> Shares {
    let impossible = constants.impossible(size)
    // Small where the score is great, since processors find the least of eight unsigned numbers in one instruction.
    let below = Shares(truncatingIfNeeded: SIMD8(repeating: Int16.max) &- scores) | impossible
    let distance = (below &- Shares(repeating: least(below))) | impossible
    let near = pointwiseMin(distance, Shares(repeating: UInt16(KernelConstants.farthest)))
    var weights = Shares()
    var sum: UInt32 = 0
    for lane in 0..<8 {
        // From a table each: what is loaded straight into a lane need not pass through a register, which takes longer.
        weights[lane] = constants.powers[Int(near[lane])]
        sum &+= UInt32(constants.summands[Int(near[lane])])
    }
    let scale = UInt32(truncatingIfNeeded: (65536 &- size) &<< 15) / sum
    let wide = SIMD8<UInt32>(truncatingIfNeeded: weights) &* SIMD8(repeating: scale)
    return Shares(truncatingIfNeeded: wide &>> SIMD8(repeating: 15))
}

@inline(__always)
private func least(_ lanes: Shares) -> UInt16 {
    let four = pointwiseMin(lanes.lowHalf, lanes.highHalf)
    let two = pointwiseMin(four.lowHalf, four.highHalf)
    return min(two[0], two[1])
}

/// The sum of eight lanes, which must fit 16 bits.
@inline(__always)
func sum(_ lanes: Shares) -> UInt16 {
    let four = lanes.lowHalf &+ lanes.highHalf
    let two = four.lowHalf &+ four.highHalf
    return two[0] &+ two[1]
}

/// Of each lane the sum of it and of all lanes before it.
@inline(__always)
func sums(_ lanes: Shares) -> Shares {
    var sums = lanes
    sums &+= Shares(0, sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6])
    sums &+= Shares(0, 0, sums[0], sums[1], sums[2], sums[3], sums[4], sums[5])
    sums &+= Shares(0, 0, 0, 0, sums[0], sums[1], sums[2], sums[3])
    return sums
}

/// Moves the scores of a node towards the digit that was met.
@inline(__always)
func adapt(
    _ scores: inout SIMD8<Int16>, _ shares: Shares, _ digit: Int, size: Int, by shift: Int32,
    _ constants: KernelConstants
) {
    // The lanes up to the digit without those before it: the digit's own.
    let own = constants.firstLanes[digit &+ 1] & ~constants.firstLanes[digit]
    let half = Int32(1) &<< (shift &- 1)
    // A mask is −1 where the value is possible, and has one share more than is noted.
    let whole = SIMD8<Int32>(truncatingIfNeeded: shares) &- constants.firstLanes[size]
    let step = (own & SIMD8(repeating: 65535)) &- whole &+ SIMD8(repeating: half)
    let moved = SIMD8<Int32>(truncatingIfNeeded: scores) &+ step &>> SIMD8(repeating: shift)
    let limit = SIMD8(repeating: Int32(DigitModel.largestScore))
    scores = SIMD8(truncatingIfNeeded: pointwiseMax(SIMD8() &- limit, pointwiseMin(limit, moved)))
}
