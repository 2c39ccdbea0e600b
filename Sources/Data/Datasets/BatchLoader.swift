import Files
import Foundation

/// An endless stream of training batches, decoded ahead in threads of its own.
///
/// Batch number `step` is a function of (data set, batch size, seed, step): the number of workers changes nothing
/// but the speed, and a loader made with `startStep: k` continues exactly where another one stood after k steps.
/// Each epoch is a new permutation (stream `shuffle`); its last partial batch is left out. A data set smaller
/// than a batch is strung together over epochs.
///
/// An image that does not decode is named in ``skipped`` and replaced by the next one of the epoch's order that
/// does, so that batches stay full.
package final class BatchLoader: @unchecked Sendable {
    /// Whole batches in an epoch, at least 1.
    package let batchesPerEpoch: Int
    /// The data set that is read.
    package let dataset: any ImageDataset
    private let record: SkipRecord
    private let prefetcher: OrderedPrefetcher<(batch: ImageBatch, isFull: Bool)>
    private let lock = NSLock()
    private var upcoming: Int
    private var failure: DatasetError?

    /// A search for a replacement ends here: so many bad images in a row are no accident.
    private static let longestSearch = 1000

    /// Starts to decode.
    ///
    /// - Parameters:
    ///   - dataset: What is read, from several threads at once.
    ///   - batchSize: Images in a batch.
    ///   - seed: The seed of the streams `shuffle`, `crop` and `flip`.
    ///   - shuffle: Whether each epoch has an order of its own.
    ///   - randomCrop: Whether pictures larger than the shape are cropped at a random place, not in the middle.
    ///   - flip: Whether half of the images, chosen at random, are mirrored.
    ///   - workers: Threads that decode; 0 decodes in ``next()``.
    ///   - prefetch: Batches that may be ready or in the making ahead of their use.
    ///   - startStep: The step of the first batch.
    ///   - maximumSkippedShare: The share of the data set's images that may fail to decode; see `SkipRecord`.
    /// - Throws: ``DatasetError/invalidSetting(name:value:expected:)``.
    package init(
        dataset: any ImageDataset, batchSize: Int, seed: UInt64, shuffle: Bool = true, randomCrop: Bool = true,
        flip: Bool = false, workers: Int = 2, prefetch: Int = 4, startStep: Int = 0,
        maximumSkippedShare: Double = 0.05
    ) throws {
        try LoaderSettings.check(
            dataset: dataset, batchSize: batchSize, workers: workers, prefetch: prefetch)
        guard (0...(Int.max / 2 / batchSize)).contains(startStep) else {
            throw DatasetError.invalidSetting(name: "startStep", value: "\(startStep)", expected: "0 or more")
        }
        try SkipRecord.checkLimit(maximumSkippedShare)
        let order = SampleOrder(count: dataset.count, batchSize: batchSize, seed: seed, shuffle: shuffle)
        self.dataset = dataset
        batchesPerEpoch = order.batchesPerEpoch
        record = SkipRecord(
            count: dataset.count, judged: dataset.count, limit: maximumSkippedShare, isRandom: shuffle)
        upcoming = startStep
        let builder = BatchBuilder(dataset: dataset)
        let longestSearch = min(dataset.count, Self.longestSearch)
        prefetcher = OrderedPrefetcher(first: startStep, end: nil, workers: workers, depth: prefetch) { step in
            var batch = builder.emptyBatch(capacity: batchSize)
            for slot in order.slots(step: step) {
                let found = (0..<longestSearch).contains { distance in
                    let index = order.index(epoch: slot.epoch, position: slot.position + distance)
                    let crop = randomCrop ? Crop.random(seed: seed, epoch: slot.epoch, index: index) : .centre
                    let isFlipped = flip && Crop.isFlipped(seed: seed, epoch: slot.epoch, index: index)
                    return builder.append(index, crop: crop, flip: isFlipped, to: &batch)
                }
                if !found { return (batch, false) }
            }
            return (batch, true)
        }
    }

    /// The step of the batch that ``next()`` gives next.
    package var step: Int { lock.withLock { upcoming } }

    /// The images that did not decode, each once, in the order they were met; for any thread.
    package var skipped: [SkippedImage] { record.skipped }

    /// The next batch; waits until it is decoded.
    ///
    /// - Throws: ``DatasetError/tooManySkipped(bad:seen:limit:examples:)``, then at every further call as well;
    ///   ``DatasetError/stopped`` after ``stop()``.
    package func next() throws -> ImageBatch {
        if let failure = lock.withLock({ failure }) { throw failure }
        guard let (batch, isFull) = prefetcher.next() else { throw DatasetError.stopped }
        do {
            try record.note(batch)
            if !isFull { try record.giveUp() }
        } catch let error as DatasetError {
            lock.withLock { failure = error }
            throw error
        }
        lock.withLock { upcoming += 1 }
        return batch
    }

    /// Ends the threads; each finishes the batch it is making. Happens by itself when the loader goes away.
    package func stop() { prefetcher.stop() }
}

/// What both readers of a data set refuse.
enum LoaderSettings {
    static func check(
        dataset: any ImageDataset, batchSize: Int, workers: Int, prefetch: Int, batches: Int? = nil
    ) throws {
        guard dataset.count > 0 else {
            throw DatasetError.invalidSetting(name: "the data set's size", value: "0", expected: "1 or more images")
        }
        guard batchSize > 0 else {
            throw DatasetError.invalidSetting(
                name: "batchSize", value: "\(batchSize)", expected: "1 or more images")
        }
        guard (0...1024).contains(workers) else {
            throw DatasetError.invalidSetting(name: "workers", value: "\(workers)", expected: "0 to 1024 threads")
        }
        guard (1...65_536).contains(prefetch) else {
            throw DatasetError.invalidSetting(name: "prefetch", value: "\(prefetch)", expected: "1 to 65536 batches")
        }
        // A batch that is in use, and those that are ready or in the making ahead of it.
        let ahead = max(prefetch, OrderedPrefetcher<Void>.useful(workers)) + 1
        let shape = dataset.shape
        try MemoryLimit.require(
            ByteCount(batchSize, shape.channels, shape.height, shape.width),
            for: "a batch of \(batchSize) images of \(shape)", remedy: "choose a smaller batch or smaller images")
        try MemoryLimit.require(
            ByteCount(
                min(batchSize, dataset.count), shape.channels, shape.height, shape.width,
                batches.map { min($0, ahead) } ?? ahead),
            for: "reading \(ahead) batches of \(batchSize) images of \(shape) ahead",
            remedy: "choose a smaller batch, or fewer data.workers")
    }
}
