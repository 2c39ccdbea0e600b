import Datasets
import Foundation
import Torch

extension OptimizerConfiguration {
    /// The optimiser's settings.
    package var adam: Adam.Settings {
        Adam.Settings(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    }

    /// The learning rate's course.
    package func schedule(totalSteps: Int) -> LearningRateSchedule {
        LearningRateSchedule(
            course: schedule, rate: learningRate, warmUpSteps: warmUpSteps,
            totalSteps: totalSteps, finalShare: finalLearningRateShare)
    }
}

extension RunConfiguration {
    /// A loader of training batches as the configuration says.
    func loader(of dataset: any ImageDataset, startStep: Int) throws -> BatchLoader {
        try BatchLoader(
            dataset: dataset, batchSize: training.batchSize, seed: seedBits, flip: data.flip, workers: data.workers,
            startStep: startStep, maximumSkippedShare: data.maximumSkippedShare)
    }

    /// The configuration of a run that is resumed.
    ///
    /// - Parameters:
    ///   - folder: The run.
    ///   - requested: All settings as the user asks for them, which the run's have to equal; `nil` where only
    ///     `overrides` are asked for.
    ///   - overrides: `key=value` texts. Only settings that do not change what was trained so far may be among them:
    ///     the number of steps, how often to save, evaluate and log, the number of threads.
    /// - Throws: ``TrainingError/changedSettings(path:changes:)``, ``TrainingError/nothingToResume(path:)``,
    ///   `ConfigurationError`.
    package static func resumed(
        at folder: RunFolder, requested: RunConfiguration? = nil, overrides: [String]
    ) throws -> RunConfiguration {
        try resumed(at: folder, requested: requested, overrides: overrides, free: freeWhenResumed)
    }

    /// What the keys of settings begin with that may change in a resumed run.
    static let freeWhenResumed = [
        "checkpoint.", "evaluation.", "logging.", "data.workers", "training.steps", "training.epochs",
        "training.threads",
    ]

    /// What makes a checkpoint one of this run. Precision is not among it: a checkpoint names the one that it was really
    /// trained with.
    var identity: [String: String] {
        identity(except: Self.freeWhenResumed + ["training.precision"])
    }
}

extension DataConfiguration {
    /// The images' shape without padding.
    package var shape: ImageShape { ImageShape(channels: channels, height: height, width: width) }

    /// Opens the data set.
    ///
    /// - Parameters:
    ///   - folder: Where its files are; not needed for glyphs.
    ///   - split: Which part.
    /// - Throws: `DatasetError`, `FileError`.
    public func open(_ folder: URL?, split: DatasetPart) throws -> any ImageDataset {
        try refuseFolderOfGlyphs(folder)
        return try kind.open(folder: folder?.path, shape: shape, split: split, testShare: testShare)
    }

    /// Opens both splits of the data set.
    ///
    /// - Parameter folder: Where its files are; not needed for glyphs.
    /// - Throws: `DatasetError`, `FileError`.
    package func splits(_ folder: URL?) throws -> (training: any ImageDataset, test: any ImageDataset) {
        try refuseFolderOfGlyphs(folder)
        return try kind.splits(folder: folder?.path, shape: shape, testShare: testShare)
    }

    private func refuseFolderOfGlyphs(_ folder: URL?) throws {
        guard kind == .glyphs, let folder else { return }
        throw DatasetError.invalidSetting(
            name: "the data folder", value: folder.path,
            expected: "none: glyphs are drawn by the program, and the folder would be ignored")
    }
}
