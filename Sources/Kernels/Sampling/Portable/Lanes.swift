// Compiled several times, for several instruction sets: see `kernel` in Package.swift. Every number here is one of
// eight images that go through the network side by side, an image a lane; images never meet, so an image's numbers
// depend neither on its lane nor on its neighbours.

/// One number of each of eight images.
typealias Lanes = SIMD8<Float>

/// sum + left · right; rounded once where every processor of the variant can do so in one instruction.
@inline(__always)
func multiplyAdd<Vector: SIMD>(_ sum: Vector, _ left: Vector, _ right: Vector) -> Vector where Vector.Scalar == Float {
    #if FUSED || arch(arm64)
        sum.addingProduct(left, right)
    #else
        sum + left * right
    #endif
}

/// `count` rounded up to whole blocks of eight.
@inline(__always)
func padded(_ count: Int) -> Int { (count + 7) / 8 * 8 }
