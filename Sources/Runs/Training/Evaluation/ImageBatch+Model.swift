import Autoencoders
import Datasets
import Images
import Torch

extension ImageBatch {
    /// The batch as a model takes it; see `Pixels.batch`.
    ///
    /// - Parameters:
    ///   - padding: Pixels of black added on each side.
    ///   - device: Where the batch is wanted.
    /// - Throws: `TorchError`.
    package func tensor(padding: Int, on device: Device) throws -> Tensor {
        try Pixels.batch(
            pixels, count: count, height: shape.height, width: shape.width, channels: shape.channels, padding: padding,
            device: device)
    }

    /// Pixels [N, H, W, C] of this batch's shape as single pictures.
    ///
    /// - Parameter pixels: The batch's own, or what a model made of them.
    /// - Throws: `ImageError`.
    package func pictures(of pixels: [UInt8]) throws -> [PixelImage] {
        try stride(from: 0, to: pixels.count, by: shape.byteCount).map {
            try PixelImage(
                width: shape.width, height: shape.height, channels: shape.channels,
                pixels: Array(pixels[$0..<$0 + shape.byteCount]))
        }
    }
}
