import Files
import Foundation
import Images
import Latents
import Training

/// The part of an image that a completion keeps.
package enum KeptArea: Sendable, Equatable {
    /// A side of an image.
    package enum Side: String, Sendable, CaseIterable {
        /// The upper part.
        case top
        /// The lower part.
        case bottom
        /// The left part.
        case left
        /// The right part.
        case right
    }

    /// A share of the image, in 0 ... 1, from a side on.
    case side(Side, share: Double)
    /// Where a picture is white; it has the size of the image.
    case mask(path: String)

    /// Reads what a person writes: `top:0.5`, or the path of a picture.
    ///
    /// - Returns: `nil` where a side has no share in 0 ... 1.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if let side = parts.first.flatMap({ Side(rawValue: String($0)) }), parts.count == 2 {
            guard let share = Double(parts[1]), (0...1).contains(share) else { return nil }
            self = .side(side, share: share)
        } else {
            guard !text.isEmpty else { return nil }
            self = .mask(path: text)
        }
    }

    /// Which pixels stay, [height, width].
    ///
    /// - Throws: ``PriorError/mask(path:found:expected:)``, and what reading a picture throws.
    package func pixels(height: Int, width: Int) throws -> [Bool] {
        switch self {
        case .side(let side, let share):
            let rows = Int((Double(height) * share).rounded())
            let columns = Int((Double(width) * share).rounded())
            return (0..<height * width).map { pixel in
                let (row, column) = pixel.quotientAndRemainder(dividingBy: width)
                return switch side {
                case .top: row < rows
                case .bottom: row >= height - rows
                case .left: column < columns
                case .right: column >= width - columns
                }
            }
        case .mask(let path):
            let mask = try PixelImage.read(path, channels: 1)
            guard mask.width == width, mask.height == height else {
                throw PriorError.mask(
                    path: path, found: "the mask has \(mask.width)×\(mask.height) pixels",
                    expected: "\(width)×\(height), the size of the model's images, white where the image stays")
            }
            return mask.pixels.map { $0 >= 128 }
        }
    }

    /// Which positions of each layer's grid stay: those of which every pixel stays.
    ///
    /// Pixels of the border that the model adds count as the image's nearest.
    ///
    /// - Throws: As ``pixels(height:width:)``.
    package func masks(_ space: CodeSpace, _ data: DataConfiguration) throws -> [[Bool]] {
        let kept = try pixels(height: data.height, width: data.width)
        return space.layers.map { layer in
            let rows = (data.height + 2 * data.padding) / layer.height
            let columns = (data.width + 2 * data.padding) / layer.width
            return (0..<layer.positions).map { position in
                let (row, column) = position.quotientAndRemainder(dividingBy: layer.width)
                return (0..<rows).allSatisfy { y in
                    (0..<columns).allSatisfy { x in
                        let pixelRow = min(max(row * rows + y - data.padding, 0), data.height - 1)
                        let pixelColumn = min(max(column * columns + x - data.padding, 0), data.width - 1)
                        return kept[pixelRow * data.width + pixelColumn]
                    }
                }
            }
        }
    }
}
