import Autoencoders
import Datasets
import Images
import Torch

/// A picture of what each layer adds: a row of originals, then a row from the codes of the first layer alone, of the
/// first two, and so on.
package enum LayerSheet {
    /// Draws the sheet; the layers of VQ-VAE-2 are its levels, the coarsest first.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - configuration: What it was made from.
    ///   - dataset: The images; where they have labels, the classes take turns.
    ///   - count: How many are drawn.
    ///   - device: Where the model is.
    /// - Throws: `DatasetError.noneDecoded`, `ImageError`, `TorchError`.
    package static func draw(
        _ model: any Autoencoder, _ configuration: RunConfiguration, _ dataset: any ImageDataset, count: Int,
        device: Device
    ) throws -> PixelImage {
        let batch = try dataset.samples(representatives(of: dataset, count))
        let shape = batch.shape
        let images = try batch.tensor(padding: configuration.data.padding, on: device)
        let codes = try model.encode(images)
        var rows = [batch.pixels]
        for layers in 1...model.layers {
            rows.append(
                try Pixels.bytes(model.decode(codes, layers: layers), padding: configuration.data.padding))
        }
        let pictures = try rows.flatMap { try batch.pictures(of: $0) }
        return try PictureGrid(columns: batch.count, gap: 2, scale: max(1, 84 / shape.width)).image(of: pictures)
    }

    /// The first image of each class, then the second of each, and so on; the first images where there are no labels.
    private static func representatives(of dataset: any ImageDataset, _ count: Int) -> [Int] {
        let wanted = min(count, dataset.count)
        let classes = dataset.classNames.count
        guard classes > 0 else { return Array(0..<wanted) }
        let share = (wanted + classes - 1) / classes
        var found: [[Int]] = Array(repeating: [], count: classes)
        for index in 0..<dataset.count {
            if let label = dataset.label(at: index), found[label].count < share { found[label].append(index) }
            if found.allSatisfy({ $0.count == share }) { break }
        }
        let turns = (0..<share).flatMap { turn in found.compactMap { $0.count > turn ? $0[turn] : nil } }
        return turns.isEmpty ? Array(0..<wanted) : Array(turns.prefix(wanted))
    }
}
