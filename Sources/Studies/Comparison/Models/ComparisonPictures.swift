import Autoencoders
import Datasets
import Images
import Torch
import Training

/// What models make of a few images, to look at.
package struct ComparisonPictures {
    /// The originals in a row.
    package let originals: PixelImage
    /// For each model its reconstructions in a row, above where they are wrong.
    package let models: [(name: String, picture: PixelImage)]
    /// All rows in one picture: originals, then reconstructions and errors of one model after the other.
    package let sheet: PixelImage

    /// How much an error map exaggerates: an error of a quarter of the range is white.
    static let gain = 4.0

    /// Draws the pictures.
    ///
    /// - Parameters:
    ///   - models: The models, all of one data set and shape.
    ///   - dataset: The images.
    ///   - count: How many are drawn, spread over the data set.
    ///   - device: Where the models are.
    /// - Throws: ``ComparisonError``, `DatasetError`, `ImageError`, `TorchError`.
    package init(
        _ models: [ComparedModel], _ dataset: any ImageDataset, count: Int, device: Device = .cpu
    ) throws {
        try ComparedModel.check(models)
        let batch = try dataset.samples(spread: count)
        let shape = batch.shape
        let originals = try batch.pictures(of: batch.pixels)
        let layout = PictureGrid(columns: batch.count, gap: 2, scale: max(1, 96 / shape.width))
        var rows = originals
        var pictures: [(String, PixelImage)] = []
        for compared in models {
            let images = try batch.tensor(padding: compared.configuration.data.padding, on: device)
            let pixels = try Pixels.bytes(
                compared.model.reconstruct(images), padding: compared.configuration.data.padding)
            let reconstructions = try batch.pictures(of: pixels)
            let own = try reconstructions + zip(originals, reconstructions).map { try Self.errorMap($0, $1) }
            rows += own
            pictures.append((compared.name, try layout.image(of: own)))
        }
        self.originals = try layout.image(of: originals)
        self.models = pictures
        sheet = try layout.image(of: rows)
    }

    /// The mean absolute error of each pixel from black over red and yellow to white, which is in order of lightness
    /// too.
    static func errorMap(_ original: PixelImage, _ reconstruction: PixelImage) throws -> PixelImage {
        let channels = original.channels
        var result: [UInt8] = []
        result.reserveCapacity(original.width * original.height * 3)
        for pixel in 0..<original.width * original.height {
            var error = 0.0
            for channel in 0..<channels {
                let place = pixel * channels + channel
                error += abs(Double(original.pixels[place]) - Double(reconstruction.pixels[place]))
            }
            let heat = min(error / Double(channels) / 255 * gain, 1) * 3
            for start in 0..<3 { result.append(UInt8((min(max(heat - Double(start), 0), 1) * 255).rounded())) }
        }
        return try PixelImage(width: original.width, height: original.height, channels: 3, pixels: result)
    }
}
