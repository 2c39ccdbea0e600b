import Foundation

/// Counts the distinct images that were seen and those that did not decode, and judges their share.
///
/// The share is that of the data set. What happens to come first says little about it, such as one class whose files are
/// damaged, or the few images of a sheet; so images are judged
/// - as soon as more are bad than the whole data set may hold,
/// - earlier where some hundreds were drawn at random and far more of them are bad than chance explains,
/// - never by a sample of fewer than ``smallestSample`` images, unless not one of it is good.
final class SkipRecord: @unchecked Sendable {
    private let lock = NSLock()
    private let limit: Double
    private let judged: Int
    private let isSample: Bool
    private let isRandom: Bool
    private var isSeen: [Bool]
    private var seen = 0
    private var bad: [SkippedImage] = []

    /// Fewer images of a larger data set than this say too little about its share of bad ones.
    static let smallestSample = 500

    /// - Parameters:
    ///   - count: Images in the data set.
    ///   - judged: How many of them will be gone through.
    ///   - limit: The share of bad images that is accepted.
    ///   - isRandom: Whether the first ones are drawn at random.
    init(count: Int, judged: Int, limit: Double, isRandom: Bool) {
        isSeen = [Bool](repeating: false, count: count)
        self.limit = limit
        self.judged = judged
        isSample = judged < min(count, Self.smallestSample)
        self.isRandom = isRandom
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
            if isTooMany { throw verdict }
        }
    }

    private var isTooMany: Bool {
        guard !isSample else { return false }
        let allowed = limit * Double(judged)
        if Double(bad.count) > allowed { return true }
        guard isRandom, seen >= Self.smallestSample else { return false }
        // Four standard deviations: of a data set whose share is just the limit, hardly one is refused by chance.
        let expected = limit * Double(seen)
        return Double(bad.count) > expected + 4 * expected.squareRoot() + 1
    }

    /// Judges when no image is left: it is an error if not one decoded.
    func finish() throws {
        try lock.withLock {
            if isTooMany { throw verdict }
            if seen > 0, bad.count == seen {
                throw DatasetError.noneDecoded(seen: seen, examples: Array(bad.prefix(5)))
            }
        }
    }

    /// So many bad images in a row that no good one was found among them.
    func giveUp() throws { try lock.withLock { throw verdict } }

    private var verdict: DatasetError {
        .tooManySkipped(bad: bad.count, seen: seen, limit: limit, examples: Array(bad.prefix(5)))
    }

    static func checkLimit(_ limit: Double) throws {
        guard (0...1).contains(limit) else {
            throw DatasetError.invalidSetting(name: "maximumSkippedShare", value: "\(limit)", expected: "0 to 1")
        }
    }
}
