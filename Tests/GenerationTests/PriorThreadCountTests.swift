import Foundation
import Testing
import Torch
import Training

@testable import Generation

@Suite("Numbers of threads of priors", .serialized)
struct PriorThreadCountTests {
    private let folder = try? TemporaryFolder()

    private func weights(_ precision: String, threads: [Int]) throws -> Data {
        let output = try #require(folder).url.appendingPathComponent(UUID().uuidString)
        let configuration = try PriorConfiguration.resolve(
            preset: "prior-tiny",
            overrides: [
                "training.threads=\(threads[0])", "training.precision=\(precision)", "training.batchSize=64",
                "training.steps=4", "optimizer.gradientClip=0.5", "logging.tensorBoard=false",
            ])
        let training = try PriorTraining(
            configuration, codes: (SyntheticCodes.file(), "codes"), heldOut: nil, output: output, layer: 2,
            existing: .refuse, overrides: [])
        var steps = 0
        _ = try training.run(
            progress: { total, first in
                ProgressReporter.standardError(totalSteps: total, firstStep: first, every: 10, quiet: true)
            },
            shouldStop: {
                steps += 1
                do { try Engine.setThreadCount(threads[steps % threads.count]) } catch { Issue.record(error) }
                return false
            })
        return try Data(contentsOf: output.appendingPathComponent("layer-2/model.safetensors"))
    }

    @Test(
        "Priors are the same, bit for bit, with any number of threads, and with one that changes between steps",
        arguments: ["float32", "bfloat16"])
    func sameModel(_ precision: String) throws {
        let before = Engine.threadCount
        defer { try? Engine.setThreadCount(before) }
        let expected = try weights(precision, threads: [1])
        for threads in [[2], [5], [3, 1, 2]] {
            #expect(try weights(precision, threads: threads) == expected, "\(threads) threads")
        }
    }
}
