import Autoencoders
import Images
import Torch

/// One image file's worth of pixels through a model.
package enum ImageReconstruction {
    /// Reconstructs an image of any size: its edges are repeated until it fills the latent grid together with the
    /// border that the model was trained with, and all of that is cropped away again.
    ///
    /// - Parameters:
    ///   - image: The pixels, with the model's channels.
    ///   - model: The model.
    ///   - padding: The black border that the model was trained with (2 for MNIST).
    ///   - device: Where it is.
    ///   - tile: The side of the tiles that large images are cut into.
    /// - Throws: `ImageError`, `TorchError`.
    package static func reconstruct(
        _ image: PixelImage, _ model: any Autoencoder, padding: Int = 0, on device: Device, tile: Int = 512
    ) throws -> PixelImage {
        let padded = try image.filling(model, border: padding)
        let tensor = try Pixels.batch(
            padded.pixels, count: 1, height: padded.height, width: padded.width, channels: padded.channels,
            padding: padding, device: device)
        let result = try model.reconstructTiled(tensor, tile: tile)
        return try PixelImage(
            width: padded.width, height: padded.height, channels: padded.channels,
            pixels: Pixels.bytes(result, padding: padding)
        ).cropped(x: 0, y: 0, width: image.width, height: image.height)
    }
}

extension PixelImage {
    /// The image with its edges repeated until a model's grid divides it and the border around it: 28×28 pixels stay as
    /// they are where a border of 2 makes them 32×32.
    ///
    /// - Throws: `ImageError`.
    package func filling(_ model: any Autoencoder, border: Int) throws -> PixelImage {
        try paddedToMultiple(of: model.downsampling, around: 2 * border)
    }
}
