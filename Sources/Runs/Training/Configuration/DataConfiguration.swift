import Datasets

/// Which images a run sees, and in which form (section `data`).
public struct DataConfiguration: Sendable, Equatable {
    /// Where images come from.
    public var kind: DatasetKind
    /// 1 for grey, 3 for colour.
    public var channels: Int
    /// Pixels from top to bottom, before padding.
    public var height: Int
    /// Pixels from left to right, before padding.
    public var width: Int
    /// Zero pixels added on each of the four sides; cropped away before any metric or picture.
    public var padding: Int
    /// Whether training images are mirrored left to right at random.
    public var flip: Bool
    /// The share of a data set without a split of its own that is kept for tests, in 0 ..< 1.
    public var testShare: Double
    /// The share of unreadable files above which a run stops, in 0 ... 1.
    public var maximumSkippedShare: Double
    /// Threads that read and decode images.
    public var workers: Int

    /// Makes the section; the defaults suit a folder of small colour images.
    package init(
        kind: DatasetKind = .folder, channels: Int = 3, height: Int = 64, width: Int = 64, padding: Int = 0,
        flip: Bool = false, testShare: Double = 0.1, maximumSkippedShare: Double = 0.01, workers: Int = 2
    ) {
        self.kind = kind
        self.channels = channels
        self.height = height
        self.width = width
        self.padding = padding
        self.flip = flip
        self.testShare = testShare
        self.maximumSkippedShare = maximumSkippedShare
        self.workers = workers
    }
}
