import EntropyKernelInterface

/// Takes one digit that is known under its distribution.
protocol DigitWriter {
    /// Takes a digit, in 0 ..< size.
    mutating func write(_ digit: Int, _ shares: Shares, size: Int, _ constants: KernelConstants)
}

extension RangeWriter: DigitWriter {
    @inline(__always)
    mutating func write(_ digit: Int, _ shares: Shares, size: Int, _ constants: KernelConstants) {
        let before = sum(shares & Shares(truncatingIfNeeded: constants.firstScores[digit]))
        narrow(
            before: UInt64(before) &+ UInt64(digit), share: UInt64(shares[digit]) &+ 1, isLast: digit == size &- 1)
    }

    /// Goes on in a part of the interval.
    ///
    /// - Parameters:
    ///   - before: Where the part begins, in 65,536ths.
    ///   - share: How much it takes.
    ///   - isLast: Whether it takes all that is left instead.
    @inline(__always)
    mutating func narrow(before: UInt64, share: UInt64, isLast: Bool) {
        let unit = range >> 16
        let start = unit &* before
        let (sum, carries) = low.addingReportingOverflow(start)
        low = sum
        if carries { carry(words, count) }
        range = chosen(range &- start, isLast, unit &* share)
        if range < 1 << 32 {
            words[count] = UInt32(truncatingIfNeeded: low >> 32)
            count &+= 1
            low <<= 32
            range <<= 32
        }
    }
}

/// One of two numbers, without a branch: which digit is the last one cannot be predicted.
@inline(__always)
private func chosen(_ first: UInt64, _ condition: Bool, _ second: UInt64) -> UInt64 {
    let mask = 0 &- (condition ? 1 as UInt64 : 0)
    return first & mask | second & ~mask
}

/// Adds one to a number of words, the most significant first.
@inline(never)
private func carry(_ words: UnsafeMutablePointer<UInt32>, _ count: Int) {
    var index = count &- 1
    while index >= 0 {
        let (sum, overflow) = words[index].addingReportingOverflow(1)
        words[index] = sum
        if !overflow { return }
        index &-= 1
    }
}

extension CostCounter: DigitWriter {
    @inline(__always)
    mutating func write(_ digit: Int, _ shares: Shares, size: Int, _ constants: KernelConstants) {
        var share = Int(shares[digit]) &+ 1
        if digit == size &- 1 {
            share = 65536 &- digit &- Int(sum(shares & Shares(truncatingIfNeeded: constants.firstScores[digit])))
        }
        counts[share] &+= 1
    }
}

extension ShareRecorder: DigitWriter {
    @inline(__always)
    mutating func write(_ digit: Int, _ shares: Shares, size: Int, _ constants: KernelConstants) {
        var whole = SIMD8<UInt32>(truncatingIfNeeded: shares)
        for value in 0..<size { whole[value] &+= 1 }
        whole[size &- 1] &+= 65536 &- whole.wrappedSum()
        self.shares[count] = whole
        digits[count] = UInt8(truncatingIfNeeded: digit)
        count &+= 1
    }
}

extension RangeReader {
    /// The next digit.
    @inline(__always)
    mutating func read(_ shares: Shares, size: Int, _ constants: KernelConstants) -> Int {
        let unit = range >> 16
        // A number beyond the last share belongs to the last value, which has what the shares leave over.
        let target = UInt16(truncatingIfNeeded: min(offset / unit, 65535))
        // Of each value the last part that is its own: the shares so far, with a one each, less one.
        let ends = sums(shares) &+ Shares(0, 1, 2, 3, 4, 5, 6, 7)
        var isBefore = SIMD8<Int16>()
        isBefore.replace(with: -1, where: ends .< Shares(repeating: target))
        // The values before this one are the first lanes: a byte each.
        let bytes = SIMD8<Int8>(truncatingIfNeeded: isBefore & constants.firstScores[size &- 1])
        let found = (~unsafeBitCast(bytes, to: UInt64.self).littleEndian).trailingZeroBitCount >> 3
        let starts = ends &- shares
        narrow(
            before: UInt64(starts[found]), share: UInt64(shares[found]) &+ 1, isLast: found == size &- 1, unit: unit)
        return found
    }

    @inline(__always)
    mutating func narrow(before: UInt64, share: UInt64, isLast: Bool, unit: UInt64) {
        let start = unit &* before
        offset &-= start
        range = chosen(range &- start, isLast, unit &* share)
        if range < 1 << 32 {
            range <<= 32
            refill()
        }
    }
}

/// Writes digits of given distributions.
@inline(__always)
func writeDigits(
    _ coder: inout RangeWriter, _ digits: UnsafePointer<UInt8>, _ shares: UnsafePointer<SIMD8<UInt32>>, count: Int,
    _ constants: KernelConstants
) {
    var own = coder
    for index in 0..<count {
        let digit = Int(digits[index])
        let share = shares[index]
        let before = (share & SIMD8(truncatingIfNeeded: constants.firstLanes[digit])).wrappedSum()
        own.narrow(before: UInt64(before), share: UInt64(share[digit]), isLast: digit == 7)
    }
    coder = own
}

/// Reads digits of given distributions.
@inline(__always)
func readDigits(
    _ coder: inout RangeReader, _ digits: UnsafeMutablePointer<UInt8>, _ shares: UnsafePointer<SIMD8<UInt32>>,
    count: Int
) {
    var own = coder
    for index in 0..<count {
        let unit = own.range >> 16
        let target = UInt32(truncatingIfNeeded: min(own.offset / unit, 65535))
        let share = shares[index]
        var sum: UInt32 = 0
        var before: UInt32 = 0
        var found = 0
        for value in 0..<7 {
            sum &+= share[value]
            let isAfter = sum <= target
            found &+= isAfter ? 1 : 0
            before = isAfter ? sum : before
        }
        own.narrow(before: UInt64(before), share: UInt64(share[found]), isLast: found == 7, unit: unit)
        digits[index] = UInt8(truncatingIfNeeded: found)
    }
    coder = own
}
