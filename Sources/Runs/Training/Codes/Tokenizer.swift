import Autoencoders
import Datasets
import Files
import Foundation
import Latents
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
    /// Which tensors the file holds, ``CodesFile`` says.
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
        _ dataset: any ImageDataset, split: DatasetPart, limit: Int? = nil, to url: URL,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> (count: Int, skipped: [Message]) {
        var (codes, skipped) = try codes(dataset, limit: limit, progress: progress)
        codes.notes = [
            "generator": "hrvq", "model": configuration.kindName,
            "data": configuration.data.kind.rawValue, "split": split.rawValue,
            "branching": codes.space.grids.map { $0.branchings.map(String.init).joined(separator: ",") }
                .joined(separator: ";"),
            "classes": codes.space.classNames.joined(separator: ","),
        ]
        try codes.write(to: url)
        return (codes.count, skipped)
    }

    /// The codes of a data set in its order.
    ///
    /// - Parameters:
    ///   - dataset: The images.
    ///   - limit: Only so many, spread over the data set; all if `nil`.
    ///   - progress: Told how many images are done and how many there are.
    /// - Returns: The codes, and the images that were skipped with the reason.
    /// - Throws: `DatasetError`, `FileError`, `TorchError`.
    public func codes(
        _ dataset: any ImageDataset, limit: Int? = nil, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> (codes: CodesFile, skipped: [Message]) {
        var space = try CodeSpace(model, configuration)
        let batchSize = min(configuration.training.batchSize, 64)
        let reader = try SequentialReader(
            dataset: dataset, batchSize: batchSize, limit: limit,
            workers: configuration.data.workers, maximumSkippedShare: configuration.data.maximumSkippedShare)
        defer { reader.stop() }
        let images = reader.count
        if device == .cpu {
            try configuration.requireInferenceMemory(images: min(images, batchSize), model.precision)
        }
        // Codes lie in memory in parts and as one, and each image has a label and an index.
        let bytes = space.grids.reduce(ByteCount(images, 16)) { sum, grid in
            let size = grid.fitsBytes ? 1 : 4
            return sum + ByteCount(images, grid.branchings.count, grid.height, grid.width, size, 2)
        }
        try MemoryLimit.require(
            bytes, for: "the codes of \(images) images", remedy: "\(phrase: .fewerImages)")
        var parts: [[Tensor]] = space.grids.map { _ in [] }
        var labels: [Int] = []
        var indices: [Int] = []
        var count = 0
        let pace = ThreadPace(on: device)
        while let batch = try reader.next() {
            let encoded = try pace.step {
                try model.encode(batch.tensor(padding: configuration.data.padding, on: device))
            }
            for (grid, codes) in encoded.grids.enumerated() {
                parts[grid].append(try codes.to(space.grids[grid].fitsBytes ? .uint8 : .int32).to(.cpu))
            }
            labels += batch.labels ?? []
            indices += batch.indices
            count += batch.count
            progress(count, min(limit ?? dataset.count, dataset.count))
        }
        guard count > 0 else { throw TrainingError.noImages }
        space.classNames = labels.count == count ? dataset.classNames : []
        let codes = CodesFile(
            codes: Codes(
                grids: try parts.map { try Tensor.concatenate($0, axis: 0) }, below: space.grids.map(\.branchings)),
            indices: indices, labels: labels.count == count ? labels : nil, space: space)
        return (codes, reader.skipped.map(\.reason))
    }
}
