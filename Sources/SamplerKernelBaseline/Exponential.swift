// Compiled several times, as `Lanes.swift` is.

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

/// x where it is positive, eˣ − 1 elsewhere: PyTorch's ELU with α = 1.
@inline(__always)
func elu(_ x: Lanes) -> Lanes {
    (exponential(x) - 1).replacing(with: x, where: x .> Lanes(repeating: 0))
}

/// 1 / (1 + e⁻ˣ).
@inline(__always)
func sigmoid(_ x: Lanes) -> Lanes {
    Lanes(repeating: 1) / (exponential(Lanes(repeating: 0) - x) + 1)
}

/// ELU of `count` numbers; `target` may be `source`.
@inline(__always)
func elu(_ source: UnsafePointer<Lanes>, _ count: Int, to target: UnsafeMutablePointer<Lanes>) {
    for index in 0..<count { target[index] = elu(source[index]) }
}
