/// The writing half of a range coder (Martin 1979): a number in [0, 1) that lies in the interval of all digits so far.
///
/// `low` and `range` are the interval's start and length in 64 bits below what is already written. When `range` is
/// below 2³², the upper 32 bits are written; a carry goes back into what was written.
public struct RangeWriter {
    /// The interval's start.
    public var low: UInt64 = 0
    /// The interval's length.
    public var range: UInt64 = .max
    /// Words written so far, each the next 32 bits of the number, the most significant first. The room is the caller's:
    /// one for each digit that is yet to be written.
    public var words: UnsafeMutablePointer<UInt32>
    /// How many words.
    public var count: Int

    /// Starts a number.
    public init(words: UnsafeMutablePointer<UInt32>) {
        self.words = words
        count = 0
    }
}

/// The reading half of a range coder.
public struct RangeReader {
    /// Where in the interval the number lies.
    public var offset: UInt64 = 0
    /// The interval's length.
    public var range: UInt64 = .max
    /// The number, the most significant byte first.
    public let bytes: UnsafePointer<UInt8>
    /// How many bytes.
    public let length: Int
    /// Bytes taken so far; past the end the number goes on with zeros.
    public var position = 0

    /// Starts reading.
    public init(bytes: UnsafePointer<UInt8>, length: Int) {
        self.bytes = bytes
        self.length = length
        refill()
        refill()
    }

    /// Takes the next 32 bits.
    @inlinable
    public mutating func refill() {
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
public struct CostCounter {
    /// How often a digit of each share was met: the cost is a sum over shares.
    public var counts: UnsafeMutablePointer<Int>

    /// Counts into 65,537 numbers.
    public init(counts: UnsafeMutablePointer<Int>) { self.counts = counts }
}

/// Writes nothing and keeps every distribution with its digit.
public struct ShareRecorder {
    /// Receives the distributions.
    public var shares: UnsafeMutablePointer<SIMD8<UInt32>>
    /// Receives the digits.
    public var digits: UnsafeMutablePointer<UInt8>
    /// Digits met so far.
    public var count = 0

    /// Starts with the first digit.
    public init(shares: UnsafeMutablePointer<SIMD8<UInt32>>, digits: UnsafeMutablePointer<UInt8>) {
        self.shares = shares
        self.digits = digits
    }
}
