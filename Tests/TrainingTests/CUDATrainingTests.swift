import Foundation
import TestSupport
import Testing
import Torch
import Training

/// Runs on a CUDA device, where a step is a recorded graph.
@Suite("Training on CUDA", .enabled(if: Engine.cudaUnavailability == nil), .serialized)
struct CUDATrainingTests {
    @discardableResult
    private func train(
        _ configuration: RunConfiguration, in folder: URL, existing: TrainingRun.Existing = .refuse,
        on device: Device = .cuda, shouldStop: () -> Bool = { false }
    ) throws -> (outcome: TrainingRun.Outcome, loss: Double) {
        let outcome = try TrainingRun(configuration, data: nil, output: folder, existing: existing, device: device) {
            ProgressReporter(
                style: .lines(every: 1), totalSteps: $0, firstStep: $1, clock: { 0 }, sink: { _ in })
        }.run(shouldStop: shouldStop)
        let lines = try String(contentsOf: folder.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
            .split(separator: "\n").compactMap {
                try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
        return (outcome, lines.compactMap { $0["loss"] as? Double }.last ?? .nan)
    }

    @Test(
        "A run learns what it learns on the processor",
        arguments: [
            [], ["quantizer.learning=gradient"], ["optimizer.gradientClip=0.1"], ["data.flip=true"],
            ["quantizer.layerDropout=0.4"], ["training.precision=bfloat16"], ["quantizer.reviveAfter=0"],
        ])
    func agreement(_ overrides: [String]) throws {
        let settings = try tiny(["training.steps=24", "logging.every=8"] + overrides)
        try withTemporaryFolder { folder in
            let expected = try train(settings, in: folder.appendingPathComponent("host"), on: .cpu).loss
            let found = try train(settings, in: folder.appendingPathComponent("device"))
            #expect(found.outcome == .completed(step: 24))
            #expect(abs(found.loss - expected) < 0.1 * expected, "\(found.loss), \(expected) on the processor")
        }
    }

    @Test("A run that was stopped goes on")
    func resuming() throws {
        try withTemporaryFolder { parent in
            let folder = parent.appendingPathComponent("run")
            let settings = try tiny(["training.steps=40", "logging.every=5"])
            var asked = 0
            let stopped = try train(settings, in: folder) {
                asked += 1
                return asked == 3
            }.outcome
            guard case .interrupted(let step) = stopped else {
                Issue.record("the run was not interrupted but \(stopped)")
                return
            }
            #expect(step < 40)
            #expect(try train(settings, in: folder, existing: .resume).outcome == .completed(step: 40))
        }
    }
}
