import Torch

/// Adam and its learning rate (section `optimizer`).
public struct OptimizerConfiguration: Sendable, Equatable {
    /// The highest learning rate.
    public var learningRate: Double
    /// Decay of the mean of gradients, in 0 ..< 1.
    public var beta1: Double
    /// Decay of the mean of squared gradients, in 0 ..< 1.
    public var beta2: Double
    /// Added to the root of the mean of squared gradients.
    public var epsilon: Double
    /// Share of the weights added to their gradients.
    public var weightDecay: Double
    /// The course of the learning rate after the warm-up.
    public var schedule: LearningRateSchedule.Course
    /// Steps in which the learning rate rises evenly from near zero.
    public var warmUpSteps: Int
    /// The share of the learning rate that `cosine` ends at, in 0 ... 1.
    public var finalLearningRateShare: Double
    /// The largest norm of all gradients together; 0 leaves them as they are.
    public var gradientClip: Double

    /// Makes the section; the rate is the paper's (table 6), the rest PyTorch's defaults.
    package init(
        learningRate: Double = 3e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0, schedule: LearningRateSchedule.Course = .constant, warmUpSteps: Int = 0,
        finalLearningRateShare: Double = 0, gradientClip: Double = 0
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.schedule = schedule
        self.warmUpSteps = warmUpSteps
        self.finalLearningRateShare = finalLearningRateShare
        self.gradientClip = gradientClip
    }
}
