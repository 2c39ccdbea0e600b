/// The images of a data set once, in order, cropped in the middle: for evaluation.
///
/// The last batch may be smaller. An image that does not decode is left out of its batch (a replacement would
/// count twice) and named in ``skipped``.
package final class SequentialReader: Sendable {
    /// How many images are gone through, those that do not decode included.
    package let count: Int
    private let record: SkipRecord
    private let prefetcher: OrderedPrefetcher<ImageBatch>

    /// Starts to decode.
    ///
    /// - Parameters:
    ///   - dataset: What is read, from several threads at once.
    ///   - batchSize: Images in a batch.
    ///   - limit: Only so many images, spread over the data set (its first ones are often of one class), the same
    ///     ones each time; `nil` takes all.
    ///   - workers: Threads that decode; 0 decodes in ``next()``.
    ///   - prefetch: Batches that may be ready or in the making ahead of their use.
    ///   - maximumSkippedShare: The share of images that may fail to decode; see `SkipRecord`.
    /// - Throws: ``DatasetError/invalidSetting(name:value:expected:)``.
    package convenience init(
        dataset: any ImageDataset, batchSize: Int, limit: Int? = nil, workers: Int = 2, prefetch: Int = 4,
        maximumSkippedShare: Double = 0.05
    ) throws {
        guard limit.map({ $0 > 0 }) ?? true else {
            throw DatasetError.invalidSetting(name: "limit", value: "\(limit ?? 0)", expected: "1 or more images")
        }
        try self.init(
            dataset: dataset, batchSize: batchSize,
            indices: Self.spread(min(dataset.count, limit ?? .max), dataset.count),
            workers: workers, prefetch: prefetch, maximumSkippedShare: maximumSkippedShare)
    }

    /// Starts to decode chosen images.
    ///
    /// - Parameters:
    ///   - dataset: What is read, from several threads at once.
    ///   - batchSize: Images in a batch.
    ///   - chosen: The indices of the images, at least one, in the order in which they are read.
    ///   - workers: Threads that decode; 0 decodes in ``next()``.
    ///   - prefetch: Batches that may be ready or in the making ahead of their use.
    ///   - maximumSkippedShare: The share of images that may fail to decode; see `SkipRecord`.
    /// - Precondition: All numbers are of the data set.
    /// - Throws: ``DatasetError/invalidSetting(name:value:expected:)``.
    package init(
        dataset: any ImageDataset, batchSize: Int, indices chosen: [Int], workers: Int = 2, prefetch: Int = 4,
        maximumSkippedShare: Double = 0.05
    ) throws {
        precondition(!chosen.isEmpty && chosen.allSatisfy { $0 >= 0 && $0 < dataset.count }, "image numbers")
        let count = chosen.count
        // No batch is larger than what there is to read.
        let batchSize = min(batchSize, count)
        try LoaderSettings.check(
            dataset: dataset, batchSize: batchSize, workers: workers, prefetch: prefetch,
            batches: batchSize > 0 ? (count - 1) / batchSize + 1 : nil)
        try SkipRecord.checkLimit(maximumSkippedShare)
        self.count = count
        record = SkipRecord(count: dataset.count, judged: count, limit: maximumSkippedShare, isRandom: false)
        let builder = BatchBuilder(dataset: dataset)
        let batches = (count - 1) / batchSize + 1
        prefetcher = OrderedPrefetcher(first: 0, end: batches, workers: workers, depth: prefetch) { number in
            let indices = (number * batchSize)..<min(count, (number + 1) * batchSize)
            var batch = builder.emptyBatch(capacity: indices.count)
            for index in indices {
                _ = builder.append(chosen[index], crop: .centre, flip: false, to: &batch)
            }
            return batch
        }
    }

    /// One number of each of `limit` equal parts of the data set, at a place that varies: with equal steps, a data set
    /// whose classes take turns would give one class alone.
    static func spread(_ limit: Int, _ count: Int) -> [Int] {
        guard limit < count else { return Array(0..<count) }
        var generator = SeededGenerator(seed: 0, stream: "limit")
        return (0..<limit).map { part in
            let start = part * count / limit
            return start + generator.below((part + 1) * count / limit - start)
        }
    }

    /// The images that did not decode, in order; for any thread.
    package var skipped: [SkippedImage] { record.skipped }

    /// The next batch, never empty; waits until it is decoded. `nil` after the last one and after ``stop()``.
    ///
    /// - Throws: ``DatasetError/tooManySkipped(bad:seen:limit:examples:)``; ``DatasetError/noneDecoded(seen:examples:)``
    ///   at the end where not one image decoded.
    package func next() throws -> ImageBatch? {
        while let batch = prefetcher.next() {
            try record.note(batch)
            if batch.count > 0 { return batch }
        }
        try record.finish()
        return nil
    }

    /// Ends the threads; each finishes the batch it is making. Happens by itself when the reader goes away.
    package func stop() { prefetcher.stop() }
}
