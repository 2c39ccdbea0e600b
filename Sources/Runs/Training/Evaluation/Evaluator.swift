import Autoencoders
import Datasets
import Files
import Foundation
import Images
import Metrics
import Quantization
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
    ///   - layers: Decode from the first layers alone, and count their bits and usage alone; all if `nil`.
    ///   - prefixes: Whether to measure as well what the first layer gives alone, the first two, and so on, which
    ///     decodes every image once for each; not for models of one layer.
    ///   - progress: Told how many images are done and how many there are.
    /// - Throws: `CodeError.layers`, `DatasetError`, `TorchError`.
    public func evaluate(
        _ dataset: any ImageDataset, limit: Int? = nil, layers: Int? = nil, prefixes: Bool = false,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> EvaluationReport {
        try evaluate(
            dataset, limit: limit, layers: layers, prefixes: prefixes, progress: progress, observe: { _, _ in })
    }

    /// Encodes images, decodes them, measures and shows them to a caller.
    ///
    /// - Parameters:
    ///   - dataset: The images.
    ///   - limit: Only so many, spread over the data set; all if `nil`.
    ///   - layers: Decode from the first layers alone, and count their bits and usage alone; all if `nil`.
    ///   - prefixes: Whether to measure as well what the first layer gives alone, the first two, and so on, which
    ///     decodes every image once for each; not for models of one layer.
    ///   - progress: Told how many images are done and how many there are.
    ///   - observe: Given each batch and its reconstruction, 8-bit pixels [N, H, W, C] of the batch's shape.
    /// - Throws: `CodeError.layers`, `DatasetError`, `TorchError`, what `observe` throws.
    package func evaluate(
        _ dataset: any ImageDataset, limit: Int? = nil, layers: Int? = nil, prefixes: Bool = false,
        progress: (Int, Int) -> Void = { _, _ in },
        observe: (ImageBatch, [UInt8]) throws -> Void
    ) throws -> EvaluationReport {
        let used = layers ?? model.layers
        guard (1...model.layers).contains(used) else {
            throw CodeError.layers(asked: used, available: model.layers)
        }
        try requireMemory(images: min(batchSize, limit ?? dataset.count, dataset.count))
        let reader = try SequentialReader(
            dataset: dataset, batchSize: batchSize, limit: limit, workers: configuration.data.workers,
            maximumSkippedShare: configuration.data.maximumSkippedShare)
        defer { reader.stop() }
        let total = min(limit ?? dataset.count, dataset.count)
        var quality = ImageQuality()
        var usage = CodebookUsage(codewords: Array(model.codewords.prefix(used)))
        var prefixQualities = prefixes && model.layers > 1 ? (0..<used).map { _ in PrefixQuality() } : []
        var encoding = 0.0
        var decoding = 0.0
        let pace = ThreadPace(on: device)
        while let batch = try reader.next() {
            let images = try tensor(batch)
            let (codes, pixels) = try pace.step {
                let start = ProcessInfo.processInfo.systemUptime
                let codes = try model.encode(images)
                let middle = ProcessInfo.processInfo.systemUptime
                let pixels = try Pixels.bytes(model.decode(codes, layers: used), padding: configuration.data.padding)
                encoding += middle - start
                decoding += ProcessInfo.processInfo.systemUptime - middle
                return (codes, pixels)
            }
            var layer = 0
            for (quantizer, grid) in zip(model.quantizers, codes.grids) {
                let indices = try quantizer.codewordIndices(grid)
                for row in 0..<indices.size(0) where layer < used {
                    try usage.add(indices.selected(axis: 0, row).array(of: Int32.self), layer: layer)
                    layer += 1
                }
            }
            try observe(batch, pixels)
            let pairs = try self.pairs(batch, pixels)
            for pair in pairs { try quality.add(original: pair.original, reconstruction: pair.reconstruction) }
            for index in prefixQualities.indices {
                try prefixQualities[index].add(
                    index + 1 == used
                        ? pairs
                        : self.pairs(
                            batch,
                            Pixels.bytes(
                                model.decode(codes, layers: index + 1), padding: configuration.data.padding)))
            }
            progress(quality.images, total)
        }
        guard let result = quality.result else { throw TrainingError.noImages }
        let rate = Rate(configuration, model, layers: used)
        return EvaluationReport(
            mse: result.meanSquaredError, psnr: result.peakSignalToNoiseRatio, ssim: result.structuralSimilarity,
            msSSIM: result.multiScaleStructuralSimilarity, bitsPerPixel: rate.bitsPerPixel,
            compression: rate.compression, imagesPerSecond: Double(result.images) / max(encoding + decoding, 1e-9),
            encodedPerSecond: Double(result.images) / max(encoding, 1e-9),
            decodedPerSecond: Double(result.images) / max(decoding, 1e-9), images: result.images,
            skipped: reader.skipped.map { "\($0.name): \($0.reason)" }, layers: usage.layers,
            prefixes: prefixQualities.isEmpty
                ? nil
                : prefixQualities.enumerated().map { index, quality in
                    quality.result(
                        layers: index + 1,
                        bitsPerPixel: Rate(configuration, model, layers: index + 1).bitsPerPixel)
                })
    }

    /// Originals above their reconstructions.
    ///
    /// - Parameters:
    ///   - dataset: The images.
    ///   - count: How many are drawn, spread over the data set; in the place of one that does not decode comes the next.
    /// - Throws: `DatasetError.noneDecoded`, `TorchError`.
    package func sheet(_ dataset: any ImageDataset, count: Int) throws -> PixelImage {
        try requireMemory(images: min(count, batchSize, dataset.count))
        let samples = try dataset.samples(spread: count)
        var originals: [PixelImage] = []
        var reconstructions: [PixelImage] = []
        for start in stride(from: 0, to: samples.count, by: batchSize) {
            let batch = samples.part(start..<min(start + batchSize, samples.count))
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

    /// On a GPU memory is the device's, which tells by itself.
    private func requireMemory(images: Int) throws {
        if device == .cpu { try configuration.requireInferenceMemory(images: images, model.precision) }
    }

    private func tensor(_ batch: ImageBatch) throws -> Tensor {
        try batch.tensor(padding: configuration.data.padding, on: device)
    }

    private func pairs(
        _ batch: ImageBatch, _ pixels: [UInt8]
    ) throws -> [(original: MetricImage, reconstruction: MetricImage)] {
        let shape = batch.shape
        return try (0..<batch.count).map { index in
            let range = index * shape.byteCount..<(index + 1) * shape.byteCount
            func image(_ pixels: [UInt8]) throws -> MetricImage {
                try MetricImage(
                    width: shape.width, height: shape.height, channels: shape.channels, pixels: Array(pixels[range]))
            }
            return (try image(batch.pixels), try image(pixels))
        }
    }
}
