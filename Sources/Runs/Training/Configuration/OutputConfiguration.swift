/// When a run is saved (section `checkpoint`).
public struct CheckpointConfiguration: Sendable, Equatable {
    /// Steps from one checkpoint to the next.
    public var every: Int
    /// Checkpoints that stay on disk; older ones are removed.
    public var keep: Int

    /// Makes the section.
    package init(every: Int = 500, keep: Int = 2) {
        self.every = every
        self.keep = keep
    }
}

/// When a run is measured on test images (section `evaluation`).
public struct EvaluationConfiguration: Sendable, Equatable {
    /// Steps from one evaluation to the next.
    public var every: Int
    /// Test images an evaluation reads, or all where there are fewer.
    public var images: Int
    /// Images in the picture of originals and reconstructions; 0 draws none.
    public var samples: Int

    /// Makes the section.
    package init(every: Int = 500, images: Int = 1000, samples: Int = 16) {
        self.every = every
        self.images = images
        self.samples = samples
    }
}

/// What a run writes down (section `logging`).
public struct LoggingConfiguration: Sendable, Equatable {
    /// Steps from one line of `metrics.jsonl` to the next; after 10,000 lines twice as many each time the number of steps
    /// doubles.
    public var every: Int
    /// Whether TensorBoard event files are written too.
    public var tensorBoard: Bool

    /// Makes the section.
    package init(every: Int = 10, tensorBoard: Bool = true) {
        self.every = every
        self.tensorBoard = tensorBoard
    }
}
