import Autoencoders
import Datasets
import Images
import Torch

/// A picture of what each layer adds: a row of originals, then a row from the codes of the first layer alone, of the
/// first two, and so on.
public enum LayerSheet {
    /// Draws the sheet of a model with one hierarchical quantizer; originals and reconstructions for others.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - configuration: What it was made from.
    ///   - dataset: The images.
    ///   - count: How many are drawn, evenly spread over the data set.
    ///   - device: Where the model is.
    /// - Throws: `DatasetError`, `ImageError`, `TorchError`.
    public static func draw(
        _ model: any Autoencoder, _ configuration: RunConfiguration, _ dataset: any ImageDataset, count: Int,
        device: Device
    ) throws -> PixelImage {
        guard let model = model as? HRVQVAE else {
            return try Evaluator(model: model, configuration: configuration, device: device)
                .sheet(dataset, count: count)
        }
        let reader = try SequentialReader(
            dataset: dataset, batchSize: count, limit: count, workers: 1,
            maximumSkippedShare: configuration.data.maximumSkippedShare)
        defer { reader.stop() }
        guard let batch = try reader.next() else { throw TrainingError.noImages }
        let shape = batch.shape
        let images = try Pixels.batch(
            batch.pixels, count: batch.count, height: shape.height, width: shape.width, channels: shape.channels,
            padding: configuration.data.padding, device: device)
        let codes = try model.encode(images)
        var rows = [batch.pixels]
        for layers in 1...model.quantizer.settings.layers {
            rows.append(
                try Pixels.bytes(model.decode(codes, layers: layers), padding: configuration.data.padding))
        }
        let size = shape.height * shape.width * shape.channels
        let pictures = try rows.flatMap { row in
            try (0..<batch.count).map {
                try PixelImage(
                    width: shape.width, height: shape.height, channels: shape.channels,
                    pixels: Array(row[$0 * size..<($0 + 1) * size]))
            }
        }
        return try PictureGrid(columns: batch.count, gap: 2, scale: max(1, 84 / shape.width)).image(of: pictures)
    }
}
