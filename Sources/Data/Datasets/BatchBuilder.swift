import Files
import Foundation
import Images

/// Decodes items into a batch, and remembers those that do not decode so that none is tried twice.
final class BatchBuilder: @unchecked Sendable {
    private let dataset: any ImageDataset
    private let lock = NSLock()
    private var failures: [Int: SkippedImage] = [:]

    init(dataset: any ImageDataset) {
        self.dataset = dataset
    }

    /// An empty batch with room for `capacity` images.
    func emptyBatch(capacity: Int) -> ImageBatch {
        var batch = ImageBatch(pixels: [], shape: dataset.shape, labels: nil, indices: [])
        batch.pixels.reserveCapacity(capacity * dataset.shape.byteCount)
        batch.indices.reserveCapacity(capacity)
        if !dataset.classNames.isEmpty { batch.labels = [] }
        return batch
    }

    /// Appends an image, or records why it cannot be had; gives whether it was appended.
    func append(_ index: Int, crop: Crop, flip: Bool, to batch: inout ImageBatch) -> Bool {
        if let known = lock.withLock({ failures[index] }) {
            batch.skipped.append(known)
            return false
        }
        do {
            var image = try dataset.item(at: index, crop: crop)
            let shape = dataset.shape
            guard image.channels == shape.channels, image.width == shape.width, image.height == shape.height else {
                throw ImageError.impossible(
                    operation: "use \(dataset.name(at: index))",
                    reason: "it came as \(image.channels)x\(image.height)x\(image.width)", expected: "\(shape)")
            }
            if flip { image = image.flippedHorizontally() }
            batch.pixels.append(contentsOf: image.pixels)
            batch.indices.append(index)
            if let label = dataset.label(at: index) { batch.labels?.append(label) } else { batch.labels = nil }
            return true
        } catch {
            let failure = SkippedImage(index: index, name: dataset.name(at: index), reason: Message(error))
            lock.withLock { failures[index] = failure }
            batch.skipped.append(failure)
            return false
        }
    }
}
