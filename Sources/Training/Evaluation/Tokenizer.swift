import Autoencoders
import Datasets
import Foundation
import Torch

/// Turns a data set into codes.
public struct Tokenizer {
    private let model: any Autoencoder
    private let configuration: RunConfiguration
    private let device: Device

    /// Prepares encoding.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - configuration: What it was made from.
    ///   - device: Where it is.
    public init(model: any Autoencoder, configuration: RunConfiguration, device: Device) {
        self.model = model
        self.configuration = configuration
        self.device = device
    }

    /// Writes the codes of a data set in its order.
    ///
    /// The file holds `codes` [N, layers, H, W] (or `codes.i` a latent grid), uint8 where m ≤ 256 and int32 otherwise,
    /// `indices` int64 [N] (each image's number in the data set: images that do not decode are left out), `labels` int64
    /// [N] where there are labels, and metadata that names the model.
    ///
    /// - Parameters:
    ///   - dataset: The images.
    ///   - split: Which part it is, for the metadata.
    ///   - limit: Only so many, spread over the data set; all if `nil`.
    ///   - url: The file.
    ///   - progress: Told how many images are done and how many there are.
    /// - Returns: How many images were encoded, and those that were skipped with the reason.
    /// - Throws: `DatasetError`, `FileError`, `TorchError`.
    @discardableResult
    public func write(
        _ dataset: any ImageDataset, split: Split, limit: Int? = nil, to url: URL,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> (count: Int, skipped: [String]) {
        let grids = model.grids(height: configuration.paddedHeight, width: configuration.paddedWidth)
        let types = grids.map { $0.branchings.allSatisfy { $0 <= 256 } ? DataType.uint8 : .int32 }
        let reader = try SequentialReader(
            dataset: dataset, batchSize: min(configuration.training.batchSize, 64), limit: limit,
            workers: configuration.data.workers, maximumSkippedShare: configuration.data.maximumSkippedShare)
        defer { reader.stop() }
        var parts: [[Tensor]] = grids.map { _ in [] }
        var labels: [Int64] = []
        var indices: [Int64] = []
        var count = 0
        while let batch = try reader.next() {
            let images = try batch.tensor(padding: configuration.data.padding, on: device)
            for (grid, codes) in try model.encode(images).grids.enumerated() {
                parts[grid].append(try codes.to(types[grid]).to(.cpu))
            }
            labels += (batch.labels ?? []).map(Int64.init)
            indices += batch.indices.map(Int64.init)
            count += batch.count
            progress(count, min(limit ?? dataset.count, dataset.count))
        }
        guard count > 0 else { throw TrainingError.noImages }
        var tensors: [(name: String, tensor: Tensor)] = try parts.enumerated().map { grid, parts in
            (grids.count == 1 ? "codes" : "codes.\(grid)", try Tensor.concatenate(parts, axis: 0))
        }
        tensors.append(("indices", try Tensor(indices, [count])))
        if labels.count == count { tensors.append(("labels", try Tensor(labels, [count]))) }
        try Safetensors.write(
            tensors,
            metadata: [
                "generator": "hrvq", "model": configuration.model.kind.rawValue,
                "data": configuration.data.kind.rawValue, "split": split.rawValue,
                "branching": grids.map { $0.branchings.map(String.init).joined(separator: ",") }.joined(separator: ";"),
                "classes": labels.count == count ? dataset.classNames.joined(separator: ",") : "",
            ], to: url)
        return (count, reader.skipped.map(\.reason))
    }
}
