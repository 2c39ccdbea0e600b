import Foundation
import HRVQ

/// Training steps of a preset on a CUDA device, recorded as in `hrvq train`, on smooth pictures that lie there, as the
/// peer's do.
struct DeviceTrainWorkload: BenchWorkload {
    let unit = "images"
    private let preset: Preset
    private let side: Int?
    private let batch: Int
    private let steps: RecordedSteps
    private let model: any Autoencoder
    private var step = 0

    /// - Parameters:
    ///   - batch: Images a step.
    ///   - images: Images in memory, `batch` at least.
    ///   - side: Another size than the preset's.
    init(_ preset: Preset, batch: Int, images: Int, side: Int?, on device: Device) throws {
        var configuration = try preset.configuration()
        configuration.training.batchSize = batch
        if let side { (configuration.data.height, configuration.data.width) = (side, side) }
        let model = try configuration.makeAutoencoder(on: device)
        model.precision = configuration.elementType(on: device)
        for quantizer in model.quantizers { try quantizer.markInitialized() }
        self.preset = preset
        self.side = side
        self.batch = batch
        self.model = model
        steps = try RecordedSteps(
            model, configuration.makeObjective(), Adam(model.parameters, configuration.optimizer.adam),
            WeightAveraging(model.parameters, decay: configuration.training.averagingDecay),
            gradientClip: configuration.optimizer.gradientClip,
            batches: DeviceBatches(
                SmoothImages(images, side: configuration.data.height), configuration,
                schedule: configuration.optimizer.schedule(totalSteps: .max), totalSteps: .max, device: device))
    }

    mutating func repeated(_ count: Int) throws -> Int {
        // As in a run: between two looks at unused codewords nothing waits for the device.
        var left = count
        while left > 0 {
            let part = min(left, 10)
            try steps.run(step..<step + part) { throw DatasetError.stopped }
            var stream = SeededGenerator(seed: 1, stream: "bench", step: UInt64(step))
            try steps.revive(using: &stream)
            step += part
            left -= part
        }
        try Engine.synchronizeCUDA()
        return count * batch
    }

    /// The products of the convolutions and their gradients, counted on the processor.
    mutating func bound() throws -> WorkBound? {
        var one = try TrainWorkload(preset, batch: 1, images: 1, side: side)
        return try one.bound().map { WorkBound(operations: $0.operations, type: model.precision) }
    }
}

/// Smooth pictures in memory as a data set.
private struct SmoothImages: ImageDataset {
    let count: Int
    let shape: ImageShape
    let classNames: [String] = []
    let isInMemory = true
    private let pixels: [UInt8]

    init(_ count: Int, side: Int) {
        self.count = count
        shape = ImageShape(channels: 3, height: side, width: side)
        var stream = SeededGenerator(seed: 1, stream: "bench")
        pixels = SmoothPictures.bytes(count, side: side, using: &stream)
    }

    func label(at index: Int) -> Int? { nil }

    func item(at index: Int, crop: Crop) throws -> PixelImage {
        try PixelImage(
            width: shape.width, height: shape.height, channels: 3,
            pixels: Array(pixels[index * shape.byteCount..<(index + 1) * shape.byteCount]))
    }

    func name(at index: Int) -> String { "picture \(index)" }
}
