import Torch

/// How long and in which arithmetic a run trains (section `training`).
public struct TrainingConfiguration: Sendable, Equatable {
    /// Images a step.
    public var batchSize: Int
    /// Passes over the training images; not used where `steps` is given.
    public var epochs: Int
    /// Training steps in all; where it is nil, `epochs` decides.
    public var steps: Int?
    /// Decay of the Polyak average of the weights, in 0 ..< 1; the average is what is evaluated and saved.
    /// It is smaller in the first steps, see `WeightAveraging`.
    public var averagingDecay: Double
    /// The one number that all randomness of a run is derived from.
    public var seed: Int
    /// The element type of the convolutions.
    public var precision: Precision
    /// Threads of the tensor engine; 0 leaves the number to LibTorch, which takes all cores.
    public var threads: Int

    /// Makes the section; the averaging decay is the paper's (table 6).
    package init(
        batchSize: Int = 32, epochs: Int = 100, steps: Int? = nil, averagingDecay: Double = 0.9, seed: Int = 0,
        precision: Precision = .auto, threads: Int = 0
    ) {
        self.batchSize = batchSize
        self.epochs = epochs
        self.steps = steps
        self.averagingDecay = averagingDecay
        self.seed = seed
        self.precision = precision
        self.threads = threads
    }
}
