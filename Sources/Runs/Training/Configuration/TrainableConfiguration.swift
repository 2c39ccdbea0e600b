import Settings

/// A configuration of a training run: what all of them have in common, whatever is trained.
package protocol TrainableConfiguration: KeyedConfiguration {
    /// Adam and its learning rate.
    var optimizer: OptimizerConfiguration { get set }
    /// When a run is saved.
    var checkpoint: CheckpointConfiguration { get set }
    /// What a run writes down.
    var logging: LoggingConfiguration { get set }
}

extension ConfigurationKey where Configuration: TrainableConfiguration {
    /// The section `optimizer`.
    package static var optimizerKeys: [ConfigurationKey] {
        [
            .number("optimizer.learningRate", \.optimizer.learningRate, "highest learning rate"),
            .number("optimizer.beta1", \.optimizer.beta1, "decay of the mean of gradients"),
            .number("optimizer.beta2", \.optimizer.beta2, "decay of the mean of squared gradients"),
            .number("optimizer.epsilon", \.optimizer.epsilon, "added to the root of the mean of squared gradients"),
            .number("optimizer.weightDecay", \.optimizer.weightDecay, "share of the weights added to their gradients"),
            .choice("optimizer.schedule", \.optimizer.schedule, "course of the learning rate after the warm-up"),
            .integer("optimizer.warmUpSteps", \.optimizer.warmUpSteps, "steps in which the learning rate rises"),
            .number(
                "optimizer.finalLearningRateShare", \.optimizer.finalLearningRateShare,
                "share of the learning rate that a cosine ends at"),
            .number("optimizer.gradientClip", \.optimizer.gradientClip, "largest norm of all gradients, 0 = no limit"),
        ]
    }

    /// The section `checkpoint`.
    package static var checkpointKeys: [ConfigurationKey] {
        [
            .integer("checkpoint.every", \.checkpoint.every, "steps from one checkpoint to the next"),
            .integer("checkpoint.keep", \.checkpoint.keep, "checkpoints that stay on disk"),
        ]
    }

    /// The section `logging`.
    package static var loggingKeys: [ConfigurationKey] {
        [
            .integer(
                "logging.every", \.logging.every,
                "steps from one line of the log to the next, ever more after 10,000 lines"),
            .flag("logging.tensorBoard", \.logging.tensorBoard, "write TensorBoard event files too"),
        ]
    }
}

extension ConfigurationCheck where Configuration: TrainableConfiguration {
    /// Checks the sections that all runs have: `optimizer`, `checkpoint`, `logging`.
    package mutating func optimizerAndOutput(of configuration: Configuration) {
        let optimizer = configuration.optimizer
        positive("optimizer.learningRate", optimizer.learningRate)
        number("optimizer.beta1", optimizer.beta1, 0, below: 1)
        number("optimizer.beta2", optimizer.beta2, 0, below: 1)
        positive("optimizer.epsilon", optimizer.epsilon)
        number("optimizer.weightDecay", optimizer.weightDecay, 0)
        integer("optimizer.warmUpSteps", optimizer.warmUpSteps, 0...Int.max)
        number("optimizer.finalLearningRateShare", optimizer.finalLearningRateShare, 0, upTo: 1)
        number("optimizer.gradientClip", optimizer.gradientClip, 0)
        integer("checkpoint.every", configuration.checkpoint.every, 1...Int.max)
        integer("checkpoint.keep", configuration.checkpoint.keep, 1...Int.max)
        integer("logging.every", configuration.logging.every, 1...Int.max)
    }
}
