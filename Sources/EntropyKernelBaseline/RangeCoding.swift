/// A distribution over eight values in 65,536ths: what a range coder needs of it.
public struct Frequencies {
    /// The share of each value, at least one where the value can occur; together at most 65,536.
    public var shares: SIMD8<UInt32>
    /// How many values can occur. What the shares leave over belongs to the last one.
    public var size: Int
}

/// Takes or gives one digit under a distribution.
protocol DigitCoder {
    /// Codes a digit.
    ///
    /// - Parameter digit: The digit to write; of no meaning where digits are read.
    /// - Returns: The digit that was written or read, in 0 ..< size.
    mutating func code(_ digit: Int, _ frequencies: Frequencies, _ constants: KernelConstants) -> Int
}

/// The writing half of a range coder (Martin 1979): a number in [0, 1) that lies in the interval of all digits so far.
///
/// `low` and `range` are the interval's start and length in 64 bits below what is already written. When `range` is
/// below 2³², the upper 32 bits are written; a carry goes back into what was written.
public struct RangeWriter: DigitCoder {
    var low: UInt64 = 0
    var range: UInt64 = .max
    var words: UnsafeMutablePointer<UInt32>
    /// Words written so far, each the next 32 bits of the number, the most significant first.
    public private(set) var count: Int

    /// Continues a number.
    public init(low: UInt64, range: UInt64, words: UnsafeMutablePointer<UInt32>, count: Int) {
        self.low = low
        self.range = range
        self.words = words
        self.count = count
    }

    /// The interval's start and length, to go on later.
    public var interval: (low: UInt64, range: UInt64) { (low, range) }

    @inline(__always)
    mutating func code(_ digit: Int, _ frequencies: Frequencies, _ constants: KernelConstants) -> Int {
        let unit = range >> 16
        let before = (frequencies.shares & SIMD8(truncatingIfNeeded: constants.firstLanes[digit])).wrappedSum()
        let start = unit &* UInt64(before)
        let (sum, carries) = low.addingReportingOverflow(start)
        low = sum
        if carries { carry() }
        range = digit == frequencies.size - 1 ? range &- start : unit &* UInt64(frequencies.shares[digit])
        if range < 1 << 32 {
            words[count] = UInt32(truncatingIfNeeded: low >> 32)
            count += 1
            low <<= 32
            range <<= 32
        }
        return digit
    }

    @inline(never)
    private mutating func carry() {
        var index = count - 1
        while index >= 0 {
            let (sum, overflow) = words[index].addingReportingOverflow(1)
            words[index] = sum
            if !overflow { return }
            index -= 1
        }
    }
}

/// The reading half of a range coder.
public struct RangeReader: DigitCoder {
    var offset: UInt64
    var range: UInt64
    let bytes: UnsafePointer<UInt8>
    let length: Int
    /// Bytes taken so far; past the end the number goes on with zeros.
    public private(set) var position: Int

    /// Continues reading.
    public init(offset: UInt64, range: UInt64, bytes: UnsafePointer<UInt8>, length: Int, position: Int) {
        self.offset = offset
        self.range = range
        self.bytes = bytes
        self.length = length
        self.position = position
    }

    /// Starts reading.
    public init(bytes: UnsafePointer<UInt8>, length: Int) {
        self.init(offset: 0, range: .max, bytes: bytes, length: length, position: 0)
        refill()
        refill()
    }

    /// Where in the interval the number lies, and the interval's length, to go on later.
    public var interval: (offset: UInt64, range: UInt64) { (offset, range) }

    @inline(__always)
    mutating func code(_ digit: Int, _ frequencies: Frequencies, _ constants: KernelConstants) -> Int {
        let unit = range >> 16
        // A number beyond the last share belongs to the last value, which has what the shares leave over.
        let target = UInt32(truncatingIfNeeded: min(offset / unit, 65535))
        var sum: UInt32 = 0
        var before: UInt32 = 0
        var found = 0
        for value in 0..<7 {
            sum &+= frequencies.shares[value]
            let isAfter = sum <= target && value < frequencies.size - 1
            found &+= isAfter ? 1 : 0
            before = isAfter ? sum : before
        }
        let start = unit &* UInt64(before)
        offset &-= start
        range = found == frequencies.size - 1 ? range &- start : unit &* UInt64(frequencies.shares[found])
        if range < 1 << 32 {
            range <<= 32
            refill()
        }
        return found
    }

    @inline(__always)
    private mutating func refill() {
        var word: UInt32 = 0
        if position &+ 4 <= length {
            word = UInt32(bigEndian: UnsafeRawPointer(bytes + position).loadUnaligned(as: UInt32.self))
        } else {
            for index in position..<position &+ 4 { word = word << 8 | (index < length ? UInt32(bytes[index]) : 0) }
        }
        position &+= 4
        offset = offset << 32 | UInt64(word)
    }
}

/// Writes nothing and adds up what an ideal coder would write.
public struct CostCounter: DigitCoder {
    /// How often a digit of each share was met: the cost is a sum over shares.
    public var counts: UnsafeMutablePointer<Int>

    /// Counts into 65,537 numbers.
    public init(counts: UnsafeMutablePointer<Int>) { self.counts = counts }

    @inline(__always)
    mutating func code(_ digit: Int, _ frequencies: Frequencies, _ constants: KernelConstants) -> Int {
        var share = frequencies.shares[digit]
        if digit == frequencies.size - 1 { share = share &+ 65536 &- frequencies.shares.wrappedSum() }
        counts[Int(share)] += 1
        return digit
    }
}

/// Writes nothing and keeps every distribution with its digit.
public struct ShareRecorder: DigitCoder {
    /// Receives the distributions.
    public var shares: UnsafeMutablePointer<SIMD8<UInt32>>
    /// Receives the digits.
    public var digits: UnsafeMutablePointer<UInt8>
    /// Digits met so far.
    public private(set) var count: Int

    /// Goes on after `count` digits.
    public init(shares: UnsafeMutablePointer<SIMD8<UInt32>>, digits: UnsafeMutablePointer<UInt8>, count: Int) {
        self.shares = shares
        self.digits = digits
        self.count = count
    }

    @inline(__always)
    mutating func code(_ digit: Int, _ frequencies: Frequencies, _ constants: KernelConstants) -> Int {
        shares[count] = frequencies.shares
        // What the shares leave over belongs to the last value.
        shares[count][frequencies.size &- 1] &+= 65536 &- frequencies.shares.wrappedSum()
        digits[count] = UInt8(truncatingIfNeeded: digit)
        count &+= 1
        return digit
    }
}
