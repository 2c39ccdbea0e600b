/// The size of an image's codes against its 8-bit pixels.
///
/// Codes are counted at their fixed length, log₂ of the number of choices, without entropy coding.
package struct Rate: Sendable, Equatable {
    /// A grid of codes: one for all layers of HR-VQVAE, one a level of VQ-VAE-2.
    package struct Grid: Sendable, Equatable {
        /// Grid positions.
        package let positions: Int
        /// Bits of a position: n·log₂(m) for n layers of m choices.
        package let bitsPerPosition: Double

        /// Names a grid.
        package init(positions: Int, bitsPerPosition: Double) {
            self.positions = positions
            self.bitsPerPosition = bitsPerPosition
        }
    }

    /// Bits of the codes of one image.
    package let bits: Double
    /// Bits of the codes to one pixel of the original image.
    package let bitsPerPixel: Double
    /// width · height · channels · 8 / bits: 170.7 for 256×256×3 images on a 32×32 grid of three layers of 8.
    package let compression: Double

    /// Computes the rate of an image's codes.
    ///
    /// - Parameters:
    ///   - codes: All grids of an image.
    ///   - width: Pixels of the original image from left to right, without padding.
    ///   - height: Pixels from top to bottom, without padding.
    ///   - channels: Values a pixel, 8 bits each.
    package init(codes: [Grid], width: Int, height: Int, channels: Int) {
        bits = codes.reduce(0) { $0 + Double($1.positions) * $1.bitsPerPosition }
        let pixels = Double(width) * Double(height)
        bitsPerPixel = bits / pixels
        compression = pixels * Double(channels) * 8 / bits
    }
}
