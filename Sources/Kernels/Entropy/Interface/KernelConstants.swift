/// Tables that every digit is coded with.
public struct KernelConstants: @unchecked Sendable {
    /// ``PowerTable/values`` continued: round(32768 · 2^(−(i mod 256)/256)) ≫ (i / 256) for i in 0 ... ``farthest``,
    /// where nothing is left.
    public let powers: UnsafePointer<UInt16>
    /// The same again.
    public let summands: UnsafePointer<UInt16>
    /// Of each count from 0 to 8 a mask of all bits in so many first lanes.
    public let firstLanes: UnsafePointer<SIMD8<Int32>>
    /// The same for scores.
    public let firstScores: UnsafePointer<SIMD8<Int16>>

    /// From here on every power is zero.
    public static let farthest = 4096

    /// The tables, made once and kept.
    public static let shared = KernelConstants()

    private init() {
        let powers = UnsafeMutablePointer<UInt16>.allocate(capacity: 2 * (Self.farthest + 1))
        for index in 0...Self.farthest {
            let power = PowerTable.values[index & 255] >> (index >> 8)
            (powers + index).initialize(to: power)
            (powers + Self.farthest + 1 + index).initialize(to: power)
        }
        self.powers = UnsafePointer(powers)
        summands = UnsafePointer(powers + Self.farthest + 1)
        let lanes = UnsafeMutablePointer<SIMD8<Int32>>.allocate(capacity: 9)
        let scores = UnsafeMutablePointer<SIMD8<Int16>>.allocate(capacity: 9)
        for count in 0...8 {
            var mask = SIMD8<Int16>()
            for lane in 0..<count { mask[lane] = -1 }
            (scores + count).initialize(to: mask)
            (lanes + count).initialize(to: SIMD8(truncatingIfNeeded: mask))
        }
        firstLanes = UnsafePointer(lanes)
        firstScores = UnsafePointer(scores)
    }
}
