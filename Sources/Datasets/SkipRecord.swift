import Foundation

/// Counts the distinct images that were seen and those that did not decode, and judges their share.
final class SkipRecord: @unchecked Sendable {
    private let lock = NSLock()
    private let limit: Double
    private let trial: Int
    private var isSeen: [Bool]
    private var seen = 0
    private var bad: [SkippedImage] = []

    /// - Parameters:
    ///   - count: Images in the data set.
    ///   - limit: The share of bad images that is accepted.
    ///   - trial: How many distinct images are seen before the share is judged: one bad image at the start of a
    ///     large folder is no reason to stop.
    init(count: Int, limit: Double, trial: Int) {
        isSeen = [Bool](repeating: false, count: count)
        self.limit = limit
        self.trial = trial
    }

    var skipped: [SkippedImage] { lock.withLock { bad } }

    /// Takes a batch into account.
    ///
    /// - Throws: ``DatasetError/tooManySkipped(bad:seen:limit:examples:)``.
    func note(_ batch: ImageBatch) throws {
        try lock.withLock {
            for index in batch.indices where !isSeen[index] {
                isSeen[index] = true
                seen += 1
            }
            for image in batch.skipped where !isSeen[image.index] {
                isSeen[image.index] = true
                seen += 1
                bad.append(image)
            }
            if seen >= trial, Double(bad.count) > limit * Double(seen) { throw verdict }
        }
    }

    /// Judges at the end of the images, or when none could be found, however few were seen.
    func judgeNow(always: Bool = false) throws {
        try lock.withLock {
            if always || Double(bad.count) > limit * Double(seen) { throw verdict }
        }
    }

    private var verdict: DatasetError {
        .tooManySkipped(bad: bad.count, seen: seen, limit: limit, examples: Array(bad.prefix(5)))
    }

    static func checkLimit(_ limit: Double) throws {
        guard (0...1).contains(limit) else {
            throw DatasetError.invalidSetting(name: "maximumSkippedShare", value: "\(limit)", expected: "0 to 1")
        }
    }
}
