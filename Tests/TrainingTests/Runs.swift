import Files
import Foundation
import TestSupport
import Testing
import Training

/// The smallest preset that trains, with few steps and changes.
func tiny(_ overrides: [String] = []) throws -> RunConfiguration {
    try RunConfiguration.resolve(
        preset: "hrvqvae-tiny",
        overrides: [
            "training.precision=float32", "training.steps=6", "evaluation.every=1000", "evaluation.images=8",
            "evaluation.samples=0",
            "checkpoint.every=1000", "logging.every=1", "logging.tensorBoard=false", "quantizer.kMeansVectors=512",
        ] + overrides)
}

/// Trains in a folder, quietly.
@discardableResult
func train(
    _ configuration: RunConfiguration, in folder: URL, existing: TrainingRun.Existing = .refuse, data: URL? = nil,
    shown: Shown = Shown(), shouldStop: () -> Bool = { false }
) throws -> TrainingRun.Outcome {
    try TrainingRun(
        configuration, data: data, output: folder, existing: existing, logger: shown.logger
    ) { totalSteps, firstStep in
        ProgressReporter(
            style: .lines(every: 1), totalSteps: totalSteps, firstStep: firstStep, clock: { 0 },
            sink: { shown.text += $0 })
    }.run(shouldStop: shouldStop)
}

/// The bytes of a run's model.
func weights(_ folder: URL) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent("model.safetensors"))
}
