import Datasets
import Files
import Torch

/// Trains a classifier on a labelled data set.
///
/// Cross-entropy, Adam, a learning rate that rises for a tenth of the steps and falls along a cosine to a hundredth.
/// Order and crops of the images and the initial weights are functions of the seed, so that two runs on one machine
/// with the same number of threads give the same weights, byte for byte.
package final class ClassifierTraining {
    /// What a run shows of a step.
    package struct Progress: Sendable, Equatable {
        /// Steps done.
        package var step: Int
        /// Steps of the whole run.
        package var steps: Int
        /// The cross-entropy of the step's batch, in nats.
        package var loss: Double
    }

    /// The classifier; its weights are those of the last step.
    package let classifier: ImageClassifier
    /// Steps done so far.
    package private(set) var step = 0
    private let configuration: ClassifierConfiguration
    private let dataset: any ImageDataset
    private let trainingStep: TrainingStep
    private let schedule: LearningRateSchedule

    /// Makes the classifier and its optimiser.
    ///
    /// - Parameters:
    ///   - configuration: The settings.
    ///   - dataset: The images to learn from.
    ///   - device: Where to train.
    /// - Throws: ``FeaturesError/unlabelled(dataset:)``, ``FeaturesError/differentData(what:found:expected:)``,
    ///   `ConfigurationError`, `MemoryError`, `TorchError`.
    package init(
        _ configuration: ClassifierConfiguration, on dataset: any ImageDataset, device: Device = .cpu
    ) throws {
        try configuration.check(dataset)
        self.configuration = configuration
        self.dataset = dataset
        if device == .cpu {
            try ImageClassifier(configuration, device: .meta).parameters.requireMemory(
                isTrained: true, for: "training a classifier of these settings",
                remedy: "choose fewer hiddenUnits, a smaller featureDimension or smaller images")
            // The stem's map, before and after its ReLU.
            try MemoryLimit.require(
                ByteCount(
                    configuration.batchSize, configuration.shape.height, configuration.shape.width,
                    configuration.hiddenUnits, 8),
                for: "a training step of \(configuration.batchSize) images of \(configuration.shape)",
                remedy: "choose a smaller batch or smaller images")
        }
        classifier = try ImageClassifier(configuration, device: device)
        trainingStep = TrainingStep(classifier.parameters, optimizer: try Adam(classifier.parameters))
        schedule = LearningRateSchedule(
            course: .cosine, rate: configuration.learningRate, warmUpSteps: configuration.steps / 10,
            totalSteps: configuration.steps, finalShare: 0.01)
    }

    /// Trains until all steps are done or `shouldStop` says so.
    ///
    /// - Parameters:
    ///   - progress: Told of every step.
    ///   - shouldStop: Asked after every step.
    /// - Throws: ``FeaturesError/lossNotFinite(step:)``, ``FeaturesError/unlabelled(dataset:)``, `DatasetError`,
    ///   `TorchError`.
    package func run(progress: (Progress) -> Void = { _ in }, shouldStop: () -> Bool = { false }) throws {
        guard step < configuration.steps else { return }
        let loader = try BatchLoader(
            dataset: dataset, batchSize: configuration.batchSize, seed: UInt64(configuration.seed),
            flip: configuration.mirrors, startStep: step)
        defer { loader.stop() }
        while step < configuration.steps {
            let loss = try trainStep(loader.next())
            progress(Progress(step: step, steps: configuration.steps, loss: loss))
            if shouldStop() { return }
        }
    }

    private func trainStep(_ batch: ImageBatch) throws -> Double {
        guard let labels = batch.labels else { throw FeaturesError.unlabelled(dataset: dataset.name(at: 0)) }
        let device = classifier.parameters.device
        let images = try PixelChunks.map(
            batch.pixels, count: batch.count, shape: batch.shape, channels: configuration.shape.channels,
            size: batch.count, device: device, extractor: classifier.name
        ) { $0 }
        let targets = try Tensor(labels.map(Int64.init), [labels.count]).to(device)
        let value = try trainingStep(step: step, learningRate: schedule.rate(at: step)) {
            let loss = try FeatureOperators.crossEntropy(
                .tensor(classifier.forward(images).logits), .tensor(targets))
            let value = Double(try loss.item())
            guard value.isFinite else { throw FeaturesError.lossNotFinite(step: step + 1) }
            try loss.backward()
            return value
        }.result
        step += 1
        return value
    }
}

extension ClassifierConfiguration {
    /// Refuses a data set that the classifier cannot learn from or be measured on.
    package func check(_ dataset: any ImageDataset) throws {
        guard dataset.count > 0, !dataset.classNames.isEmpty, dataset.label(at: 0) != nil else {
            throw FeaturesError.unlabelled(dataset: dataset.count > 0 ? dataset.name(at: 0) : "the data set")
        }
        guard dataset.shape == shape else {
            throw FeaturesError.differentData(
                what: "images of", found: dataset.shape.description, expected: shape.description)
        }
        guard dataset.classNames == classNames else {
            throw FeaturesError.differentData(
                what: "the classes", found: Listing.text(dataset.classNames),
                expected: Listing.text(classNames))
        }
    }
}
