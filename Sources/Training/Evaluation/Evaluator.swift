import Autoencoders
import Datasets
import Foundation
import Images
import Metrics
import Torch

/// Measures a model on a data set.
public struct Evaluator {
    private let model: any Autoencoder
    private let configuration: RunConfiguration
    private let device: Device

    /// Prepares measuring.
    ///
    /// - Parameters:
    ///   - model: The model, with the weights that are to be measured.
    ///   - configuration: What it was made from.
    ///   - device: Where it is.
    public init(model: any Autoencoder, configuration: RunConfiguration, device: Device) {
        self.model = model
        self.configuration = configuration
        self.device = device
    }

    /// Encodes images, decodes them and measures.
    ///
    /// - Parameters:
    ///   - dataset: The images.
    ///   - limit: Only so many, spread over the data set; all if `nil`.
    ///   - progress: Told how many images are done and how many there are.
    ///   - observe: Given each batch and its reconstruction, 8-bit pixels [N, H, W, C] of the batch's shape.
    /// - Throws: `DatasetError`, `TorchError`, what `observe` throws.
    public func evaluate(
        _ dataset: any ImageDataset, limit: Int? = nil, progress: (Int, Int) -> Void = { _, _ in },
        observe: (ImageBatch, [UInt8]) throws -> Void = { _, _ in }
    ) throws -> EvaluationReport {
        let reader = try SequentialReader(
            dataset: dataset, batchSize: batchSize, limit: limit, workers: configuration.data.workers,
            maximumSkippedShare: configuration.data.maximumSkippedShare)
        defer { reader.stop() }
        let total = min(limit ?? dataset.count, dataset.count)
        var quality = ImageQuality()
        var usage = CodebookUsage(codewords: model.codewords)
        var encoding = 0.0
        var decoding = 0.0
        while let batch = try reader.next() {
            let images = try tensor(batch)
            let start = ProcessInfo.processInfo.systemUptime
            let codes = try model.encode(images)
            let middle = ProcessInfo.processInfo.systemUptime
            let pixels = try Pixels.bytes(model.decode(codes), padding: configuration.data.padding)
            encoding += middle - start
            decoding += ProcessInfo.processInfo.systemUptime - middle
            var layer = 0
            for (quantizer, grid) in zip(model.quantizers, codes.grids) {
                let indices = try quantizer.absoluteIndices(grid)
                for row in 0..<indices.size(0) {
                    try usage.add(indices.selected(axis: 0, row).array(of: Int32.self), layer: layer)
                    layer += 1
                }
            }
            try observe(batch, pixels)
            quality.merge(try measure(batch, pixels))
            progress(quality.images, total)
        }
        guard let result = quality.result else { throw TrainingError.noImages }
        let rate = Rate(configuration, model)
        return EvaluationReport(
            mse: result.meanSquaredError, psnr: result.peakSignalToNoiseRatio, ssim: result.structuralSimilarity,
            msSSIM: result.multiScaleStructuralSimilarity, bitsPerPixel: rate.bitsPerPixel,
            compression: rate.compression, imagesPerSecond: Double(result.images) / max(encoding + decoding, 1e-9),
            encodedPerSecond: Double(result.images) / max(encoding, 1e-9),
            decodedPerSecond: Double(result.images) / max(decoding, 1e-9), images: result.images,
            skipped: reader.skipped.map { "\($0.name): \($0.reason)" }, layers: usage.layers)
    }

    /// Originals above their reconstructions.
    ///
    /// - Parameters:
    ///   - dataset: The images.
    ///   - count: How many are drawn, spread over the data set.
    /// - Throws: `DatasetError`, `TorchError`.
    public func sheet(_ dataset: any ImageDataset, count: Int) throws -> PixelImage {
        let reader = try SequentialReader(
            dataset: dataset, batchSize: min(count, batchSize), limit: count, workers: 1,
            maximumSkippedShare: configuration.data.maximumSkippedShare)
        defer { reader.stop() }
        var originals: [PixelImage] = []
        var reconstructions: [PixelImage] = []
        while let batch = try reader.next() {
            let result = try model.reconstruct(tensor(batch))
            originals += try batch.pictures(of: batch.pixels).map(ReconstructionSheet.thumbnail)
            reconstructions += try batch.pictures(
                of: Pixels.bytes(result, padding: configuration.data.padding)
            ).map(ReconstructionSheet.thumbnail)
        }
        return try ReconstructionSheet.draw(originals: originals, reconstructions: reconstructions)
    }

    // Larger batches gain nothing on a processor and take memory.
    private var batchSize: Int { min(configuration.training.batchSize, 64) }

    private func tensor(_ batch: ImageBatch) throws -> Tensor {
        try batch.tensor(padding: configuration.data.padding, on: device)
    }

    private func measure(_ batch: ImageBatch, _ pixels: [UInt8]) throws -> ImageQuality {
        var quality = ImageQuality()
        let shape = batch.shape
        let size = shape.height * shape.width * shape.channels
        for index in 0..<batch.count {
            let range = index * size..<(index + 1) * size
            try quality.add(
                original: MetricImage(
                    width: shape.width, height: shape.height, channels: shape.channels,
                    pixels: Array(batch.pixels[range])),
                reconstruction: MetricImage(
                    width: shape.width, height: shape.height, channels: shape.channels, pixels: Array(pixels[range])))
        }
        return quality
    }
}
