import Datasets
import Images
import Torch

/// Batches on a CUDA device, made by a kernel within a recorded step.
///
/// A data set that lies in memory lies on the device as a whole, and a step is given nothing but numbers of
/// images, many steps at a time; of any other, batches come from a loader, from memory that the device copies by itself.
package final class DeviceBatches {
    private static let modules = CUDAModuleCache<Int>()
    /// Steps whose numbers are on the device at a time, and how many numbers there may be of them.
    private static let longestSpan = 512
    private static let spanNumbers = 1 << 20
    /// A data set that takes more of the device's memory than this is not put there.
    private static let residentBytes = 8 << 30

    /// Which of ``rates`` is that of the present step, int32 [1]; a step adds one.
    let place: Tensor
    /// The learning rates of some steps, float32 [steps].
    let rates: Tensor
    private let configuration: RunConfiguration
    private let schedule: LearningRateSchedule
    private let totalSteps: Int
    private let device: Device
    private let pixels: Tensor
    private let order: Tensor?
    private let mirrored: Tensor?
    private let sampleOrder: SampleOrder
    private let span: Int
    private var spanStart: Int?

    private var shape: ImageShape { configuration.data.shape }
    private var batchSize: Int { configuration.training.batchSize }

    /// Whether all images lie on the device, and no loader is needed.
    var isResident: Bool { order != nil }

    /// Puts what is needed on the device.
    ///
    /// - Throws: `TorchError`, and what reading images throws.
    package init(
        _ dataset: any ImageDataset, _ configuration: RunConfiguration, schedule: LearningRateSchedule,
        totalSteps: Int, device: Device
    ) throws {
        self.configuration = configuration
        self.schedule = schedule
        self.totalSteps = totalSteps
        self.device = device
        let batchSize = configuration.training.batchSize
        sampleOrder = SampleOrder(
            count: dataset.count, batchSize: batchSize, seed: configuration.seedBits, shuffle: true)
        span = max(1, min(Self.longestSpan, Self.spanNumbers / batchSize))
        place = try Tensor.zeros([1], .int32, device: device)
        rates = try Tensor.zeros([span], device: device)
        let shape = configuration.data.shape
        let isResident = dataset.isInMemory && dataset.count * shape.byteCount <= Self.residentBytes
        if isResident {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(dataset.count * shape.byteCount)
            for index in 0..<dataset.count {
                bytes.append(contentsOf: try dataset.item(at: index, crop: .centre).pixels)
            }
            pixels = try Tensor(bytes, [dataset.count, shape.height, shape.width, shape.channels]).to(device)
            order = try Tensor.zeros([span, batchSize], .int32, device: device)
            mirrored =
                configuration.data.flip ? try Tensor.zeros([span, batchSize], .uint8, device: device) : nil
        } else {
            pixels = try Tensor.zeros([batchSize, shape.height, shape.width, shape.channels], .uint8, device: device)
            order = nil
            mirrored = nil
        }
    }

    /// Makes the next step's numbers, and its images where they do not lie on the device, ready; does not wait.
    ///
    /// - Parameters:
    ///   - step: Steps done before.
    ///   - next: Gives the batch of that step; not asked where the data set lies on the device.
    /// - Throws: `TorchError`, and what `next` throws.
    func prepare(_ step: Int, next: () throws -> ImageBatch) throws {
        if spanStart.map({ step < $0 || step >= $0 + span }) ?? true { try fill(from: step) }
        guard !isResident else { return }
        let batch = try next()
        let staged = try Tensor(batch.pixels, pixels.shape).pinned()
        try pixels.copyInPlace(from: staged, waits: false)
    }

    private func fill(from first: Int) throws {
        let steps = first..<first + span
        // A loader that is asked for steps after the last one is not needed here either.
        let rate = steps.map { Float(schedule.rate(at: min($0, totalSteps - 1))) }
        try rates.copyInPlace(from: Tensor(rate, [span]))
        try place.fillInPlace(0)
        spanStart = first
        guard let order else { return }
        var numbers: [Int32] = []
        var flips: [UInt8] = []
        for step in steps {
            for slot in sampleOrder.slots(step: step) {
                let index = sampleOrder.index(epoch: slot.epoch, position: slot.position)
                numbers.append(Int32(index))
                if mirrored != nil {
                    flips.append(Crop.isFlipped(seed: configuration.seedBits, epoch: slot.epoch, index: index) ? 1 : 0)
                }
            }
        }
        try order.copyInPlace(from: Tensor(numbers, order.shape))
        if let mirrored { try mirrored.copyInPlace(from: Tensor(flips, mirrored.shape)) }
    }

    /// The images of the step at ``place``, as `Pixels.batch` makes them.
    ///
    /// - Returns: float32 [N, C, H, W], channels-last.
    /// - Throws: `TorchError`.
    func images() throws -> Tensor {
        let padding = configuration.data.padding
        let (height, width) = (shape.height + 2 * padding, shape.width + 2 * padding)
        let images = try Tensor.empty(
            [batchSize, shape.channels, height, width], device: device, format: .channelsLast)
        let module = try Self.modules(0) {
            try CUDAModule(source: PackageResources.GatherImages_cu, name: "GatherImages.cu", element: .float32)
        }
        let count = height * width * shape.channels
        try module.function("gather")(
            grid: (batchSize, min((count + 255) / 256, 64)), block: 256,
            [
                .tensor(pixels), .tensor(order), .tensor(mirrored), .tensor(place), .tensor(images),
                .int32(shape.height), .int32(shape.width), .int32(shape.channels), .int32(padding),
            ])
        return images
    }
}
