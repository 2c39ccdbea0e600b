/// SplitMix64: small, fast, and the same numbers on every machine and in every version of Swift.
///
/// Named streams are derived from one seed, so that shuffling, cropping and flipping do not disturb each other.
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014); the numbers are those
/// of Vigna's `splitmix64.c`.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
    private var state: UInt64

    /// The plain generator whose state is `state` (Vigna's `x`).
    package init(state: UInt64) {
        self.state = state
    }

    /// The stream `stream` of a seed, at a step (an epoch, an image's number, …).
    ///
    /// - Parameters:
    ///   - seed: The user's seed.
    ///   - stream: What the numbers are for, as `shuffle` or `crop`; hashed by FNV-1a (64 bits).
    ///   - step: Another start within the stream; neighbouring steps do not overlap.
    package init(seed: UInt64, stream: String, step: UInt64 = 0) {
        let keyed = Self.mix(Self.mix(seed) ^ Self.hash(stream.utf8))
        // Both halves pass the mixer, as adding the step to the state would only shift the same sequence.
        state = Self.mix(keyed ^ Self.mix(step &+ 0x9E37_79B9_7F4A_7C15))
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// A whole number from 0 up to, and without, `bound`, all equally likely (Lemire 2019).
    ///
    /// - Parameter bound: At least 1.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "a random number below \(bound) was asked for; the bound must be positive")
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    package mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// The numbers 0 ..< `count` in random order (Fisher–Yates).
    package mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<count)
        guard count > 1 else { return order }
        for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, below(last + 1)) }
        return order
    }

    /// `count` different numbers of 0 ..< `bound`, in ascending order; every set of them is equally likely.
    ///
    /// - Parameters:
    ///   - count: At most `bound`; more gives all of them.
    ///   - bound: At least 0.
    package mutating func sample(_ count: Int, of bound: Int) -> [Int] {
        guard count < bound else { return Array(0..<max(bound, 0)) }
        var chosen: Set<Int> = []
        // Floyd's algorithm: memory for what is chosen alone (Bentley and Floyd 1987).
        for last in bound - max(count, 0)..<bound {
            let candidate = below(last + 1)
            if !chosen.insert(candidate).inserted { chosen.insert(last) }
        }
        return chosen.sorted()
    }

    /// SplitMix64's finaliser: every bit of the input changes half of the output's.
    static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// FNV-1a, 64 bits.
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
