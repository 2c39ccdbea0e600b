import Foundation
import TestSupport
import Testing
import Torch
import Training

@Suite("Numbers of threads", .serialized)
struct ThreadCountTests {
    /// Large enough that LibTorch would cut its sums among threads.
    private static let overrides = ["training.batchSize=64", "training.steps=4"]

    private func weights(_ overrides: [String], threads: [Int]) throws -> Data {
        try withTemporaryFolder { root in
            let run = root.appendingPathComponent("run")
            var steps = 0
            try train(tiny(Self.overrides + overrides + ["training.threads=\(threads[0])"]), in: run) {
                steps += 1
                do { try Engine.setThreadCount(threads[steps % threads.count]) } catch { Issue.record(error) }
                return false
            }
            return try TrainingTests.weights(run)
        }
    }

    @Test(
        "Models are the same, bit for bit, with any number of threads, and with one that changes between steps",
        arguments: [
            [], ["training.batchSize=5"], ["training.precision=bfloat16"],
            ["quantizer.learning=gradient", "optimizer.gradientClip=0.5"],
            ["model.kind=vqvae2", "model.levels=2", "quantizer.layers=1", "quantizer.betaSum=0"],
        ])
    func sameModel(_ overrides: [String]) throws {
        let before = Engine.threadCount
        defer { try? Engine.setThreadCount(before) }
        let expected = try weights(overrides, threads: [1])
        for threads in [[2], [5], [3, 1, 2]] {
            #expect(try weights(overrides, threads: threads) == expected, "\(threads) threads")
        }
    }

    @Test("A run that is resumed with another number of threads is the same, bit for bit, and nothing is said of it")
    func resumed() throws {
        let before = Engine.threadCount
        defer { try? Engine.setThreadCount(before) }
        let whole = try weights([], threads: [2])
        try withTemporaryFolder { root in
            let run = root.appendingPathComponent("run")
            var steps = 0
            try train(tiny(Self.overrides + ["training.threads=2"]), in: run) {
                steps += 1
                return steps == 2
            }
            try Engine.setThreadCount(3)
            let shown = Shown()
            var configuration = try RunConfiguration.resumed(at: RunFolder(run), overrides: [])
            configuration.training.threads = 3
            try train(configuration, in: run, existing: .resume, shown: shown)
            #expect(try TrainingTests.weights(run) == whole)
            #expect(!shown.text.contains("threads"))
        }
    }
}
