import Autoencoders
import Images
import Torch

/// One image file's worth of pixels through a model.
public enum ImageReconstruction {
    /// Reconstructs an image of any size: its edges are repeated up to the latent grid, and cropped away again.
    ///
    /// - Parameters:
    ///   - image: The pixels, with the model's channels.
    ///   - model: The model.
    ///   - padding: The black border that the model was trained with (2 for MNIST); left out where the grid does not
    ///     divide it.
    ///   - device: Where it is.
    ///   - tile: The side of the tiles that large images are cut into.
    /// - Throws: `ImageError`, `TorchError`.
    public static func reconstruct(
        _ image: PixelImage, _ model: any Autoencoder, padding: Int = 0, on device: Device, tile: Int = 512
    ) throws -> PixelImage {
        let border = 2 * padding % model.downsampling == 0 ? padding : 0
        let padded = try image.paddedToMultiple(of: model.downsampling)
        let tensor = try Pixels.batch(
            padded.pixels, count: 1, height: padded.height, width: padded.width, channels: padded.channels,
            padding: border, device: device)
        let result = try model.reconstructTiled(tensor, tile: tile)
        return try PixelImage(
            width: padded.width, height: padded.height, channels: padded.channels,
            pixels: Pixels.bytes(result, padding: border)
        ).cropped(x: 0, y: 0, width: image.width, height: image.height)
    }
}
