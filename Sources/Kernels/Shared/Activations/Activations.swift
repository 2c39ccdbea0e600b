// Compiled several times, as `Lanes.swift` is.

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
