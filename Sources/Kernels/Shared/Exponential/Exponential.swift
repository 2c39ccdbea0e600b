// Compiled several times, for several instruction sets: see `kernel` in Package.swift.

/// eˣ of each lane, within 2·10⁻⁷ of its value; x is brought into −87 ... 88 first, and what is not a number stays so.
///
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2: a polynomial for eʳ (Cephes' `expf`), and n into the exponent's bits. Products
/// and sums stay apart in all variants: in a chain of fused ones the compiler takes lanes apart.
@inline(__always)
func exponential(_ x: Lanes) -> Lanes {
    var x = x.replacing(with: Lanes(repeating: -87), where: x .< Lanes(repeating: -87))
    x.replace(with: Lanes(repeating: 88), where: x .> Lanes(repeating: 88))
    // Added to 1.5 · 2²³ a number is rounded to a whole one, which then stands in the lowest bits.
    let shift = Lanes(repeating: 12_582_912)
    let shifted = x * 1.442_695_04 + shift
    let n = shifted - shift
    let r = (x - n * 0.693_359_375) + n * 2.121_944_4e-4
    var p = r * 1.987_569_15e-4 + 1.398_199_95e-3
    p = r * p + 8.333_452_07e-3
    p = r * p + 4.166_579_59e-2
    p = r * p + 1.666_666_55e-1
    p = r * p + 0.5
    p = r * r * p + r + 1
    let bits = unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &+ SIMD8(repeating: 127)
    return p * unsafeBitCast(bits &<< SIMD8(repeating: 23), to: Lanes.self)
}
