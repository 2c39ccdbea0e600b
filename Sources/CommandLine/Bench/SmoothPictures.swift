import Foundation
import HRVQ

/// Pictures to measure with: random colours at a few places, interpolated linearly, with a little noise.
enum SmoothPictures {
    /// The bytes of pictures [count, side, side, 3].
    ///
    /// - Parameters:
    ///   - places: At how many places a side the colours are drawn.
    static func bytes(_ count: Int, side: Int, places: Int = 4, using stream: inout SeededGenerator) -> [UInt8] {
        func draw() -> Float { Float(stream.next() >> 40) / Float(1 << 24) }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(count * side * side * 3)
        let step = Float(places - 1) / Float(side - 1)
        for _ in 0..<count {
            let coarse = (0..<places * places * 3).map { _ in draw() }
            for y in 0..<side {
                for x in 0..<side {
                    let (top, left) = (min(Int(Float(y) * step), places - 2), min(Int(Float(x) * step), places - 2))
                    let (down, right) = (Float(y) * step - Float(top), Float(x) * step - Float(left))
                    for channel in 0..<3 {
                        func corner(_ row: Int, _ column: Int) -> Float {
                            coarse[((top + row) * places + left + column) * 3 + channel]
                        }
                        let above = corner(0, 0) * (1 - right) + corner(0, 1) * right
                        let below = corner(1, 0) * (1 - right) + corner(1, 1) * right
                        let value = above * (1 - down) + below * down + (draw() - 0.5) * 0.07
                        pixels.append(UInt8((min(max(value, 0), 1) * 255).rounded()))
                    }
                }
            }
        }
        return pixels
    }
}
