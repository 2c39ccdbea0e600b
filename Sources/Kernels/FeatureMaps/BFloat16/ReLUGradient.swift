// Compiled for AVX-512 on x86-64, which every processor there with instructions for bfloat16 has: see `kernel` in
// Package.swift. A bfloat16 is the upper half of a float's bits.

import FeatureMapKernels

/// Takes a gradient through y = max(x, 0), in place, and sums it over rows in float32; with another gradient of x, that
/// is added, and it is what is summed.
///
///     passed[v, c] = value[v, c] > 0 ? gradient[v, c] : 0
///     gradient[v, c] = passed[v, c]                   sums[v / 256, c] = Σ_v passed[v, c]
///     gradient[v, c] = passed[v, c] + other[v, c]     sums[v / 256, c] = Σ_v other[v, c]
///
/// - Parameters:
///   - gradient: The bits of the gradient of y, which become those of x's [rows, channels].
///   - value: Those of y, or x, of the same shape: they are positive at the same places.
///   - other: Those of another gradient of x, of the same shape.
///   - sums: Receives a row of channels for each 256 rows.
///   - blocks: Which of these are done now.
public func passThroughReLU(
    _ gradient: UnsafeMutablePointer<UInt16>, _ value: UnsafePointer<UInt16>, adding other: UnsafePointer<UInt16>?,
    rows: Int, channels: Int, sums: UnsafeMutablePointer<Float>, blocks: Range<Int>
) {
    for block in blocks {
        let sum = sums + block &* channels
        let rows = block &* rowsOfASum..<min(rows, (block &+ 1) &* rowsOfASum)
        var channel = 0
        while channel < channels {
            let count = min(channels &- channel, HalfPairs.count)
            var total = FloatPairs()
            for row in rows {
                let place = row &* channels &+ channel
                let passed = HalfPairs(gradient + place, count).masked(by: HalfPairs(value + place, count))
                if let other {
                    let added = HalfPairs(other + place, count).widened
                    (added + passed.widened).rounded.store(gradient + place, count)
                    total = total + added
                } else {
                    passed.store(gradient + place, count)
                    total = total + passed.widened
                }
            }
            total.store(sum + channel, count)
            channel &+= HalfPairs.count
        }
    }
}

/// Thirty-two bfloat16 of neighbouring channels, two in each lane: so nothing has to change its lane to become a float.
private struct HalfPairs {
    var bits: SIMD16<UInt32>

    static var count: Int { 32 }

    @inline(__always)
    init(bits: SIMD16<UInt32>) { self.bits = bits }

    /// The first numbers at a place, and zeros.
    @inline(__always)
    init(_ pointer: UnsafePointer<UInt16>, _ count: Int) {
        if count == Self.count {
            bits = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<UInt32>.self)
        } else {
            bits = SIMD16()
            for index in 0..<count { bits[index / 2] |= UInt32(pointer[index]) << (index % 2 == 0 ? 0 : 16) }
        }
    }

    @inline(__always)
    func store(_ pointer: UnsafeMutablePointer<UInt16>, _ count: Int) {
        if count == Self.count {
            UnsafeMutableRawPointer(pointer).storeBytes(of: bits, as: SIMD16<UInt32>.self)
        } else {
            for index in 0..<count {
                pointer[index] = UInt16(truncatingIfNeeded: bits[index / 2] >> (index % 2 == 0 ? 0 : 16))
            }
        }
    }

    /// Numbers where others are positive, and 0 elsewhere: a number's sign is that of its bits, read as an integer.
    @inline(__always)
    func masked(by value: Self) -> Self {
        let upper = Self.isPositive(value.bits & 0xFFFF_0000) & 0xFFFF_0000
        let lower = Self.isPositive(value.bits &<< 16) & 0xFFFF
        return Self(bits: bits & (upper | lower))
    }

    /// All bits where an integer is positive. Comparisons of so many lanes are taken apart by the compiler.
    @inline(__always)
    private static func isPositive(_ bits: SIMD16<UInt32>) -> SIMD16<UInt32> {
        let signed = unsafeBitCast((SIMD16<UInt32>() &- bits) & ~bits, to: SIMD16<Int32>.self)
        return unsafeBitCast(signed &>> 31, to: SIMD16<UInt32>.self)
    }

    /// The floats whose upper halves these are.
    @inline(__always)
    var widened: FloatPairs {
        FloatPairs(
            lower: unsafeBitCast(bits &<< 16, to: SIMD16<Float>.self),
            upper: unsafeBitCast(bits & 0xFFFF_0000, to: SIMD16<Float>.self))
    }
}

/// The floats of thirty-two neighbouring channels: the even ones, and the odd ones.
private struct FloatPairs {
    var lower = SIMD16<Float>()
    var upper = SIMD16<Float>()

    @inline(__always)
    static func + (left: Self, right: Self) -> Self {
        Self(lower: left.lower + right.lower, upper: left.upper + right.upper)
    }

    /// The bfloat16 nearest to them, of two the even one. A sum of two bfloat16 that is no number stays none: its lower
    /// half is empty.
    @inline(__always)
    var rounded: HalfPairs { HalfPairs(bits: round(lower) &>> 16 | round(upper) & 0xFFFF_0000) }

    @inline(__always)
    private func round(_ numbers: SIMD16<Float>) -> SIMD16<UInt32> {
        let bits = unsafeBitCast(numbers, to: SIMD16<UInt32>.self)
        return bits &+ 0x7FFF &+ ((bits &>> 16) & 1)
    }

    @inline(__always)
    func store(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
        for index in 0..<count { pointer[index] = index % 2 == 0 ? lower[index / 2] : upper[index / 2] }
    }
}
