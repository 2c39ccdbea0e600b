import Files
import Foundation
import Metrics
import TestSupport
import Testing

@testable import Training

@Suite("What a run's folder holds stays bounded")
struct GrowthTests {
    @Test("Of thousands of evaluations few pictures stay, the first ones and the latest among them")
    func sheets() throws {
        try withTemporaryFolder { folder in
            var most = 0
            // hrvqvae-imagenet's own schedule: 16,014 evaluations.
            for number in 1...16_014 {
                let step = number * 500
                try Data().write(to: folder.appendingPathComponent(KeptSheets.fileName(step: step)))
                // A listing each time would take minutes; what stays depends on the step alone.
                guard number % 100 == 0 || number > 16_000 else { continue }
                KeptSheets.prune(folder, latest: step, every: 500)
                most = max(most, try FileManager.default.contentsOfDirectory(atPath: folder.path).count)
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            let steps = Set(names.compactMap { Int($0.dropFirst(5).dropLast(4)) })
            #expect(most <= 100 && names.count <= 100 && names.count > 60, "\(names.count)")
            #expect(steps.isSuperset(of: (1...16).map { $0 * 500 }) && steps.contains(16_014 * 500))
            let sorted = steps.sorted()
            #expect(zip(sorted, sorted.dropFirst()).allSatisfy { Double($1) <= Double($0) * 2 })
        }
    }

    @Test("The log of the longest preset has 42,000 lines, the first 10,000 at the distance that was asked for")
    func lines() {
        let logging = LoggingConfiguration(every: 10)
        let steps = (1...8_007_293).filter(logging.isDue)
        #expect((40_000...43_000).contains(steps.count), "\(steps.count)")
        #expect(Array(steps.prefix(10_000)) == (1...10_000).map { $0 * 10 })
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $1 - $0 <= 10 || Double($1) <= Double($0) * 1.001 })
    }

    @Test("Pictures of a user's, and of steps between evaluations, are not removed")
    func others() throws {
        try withTemporaryFolder { folder in
            let others = ["step-17.png", "holiday.png", "step-0017.png", "step-17.jpg", "step-x.png"]
            for name in others { try Data().write(to: folder.appendingPathComponent(name)) }
            KeptSheets.prune(folder, latest: 1000, every: 10)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == others.count)
        }
    }

    @Test("A run thins its pictures, also after an interruption, and events hold those that stay")
    func run() throws {
        try withTemporaryFolder { root in
            let settings = [
                "training.steps=35", "evaluation.every=1", "evaluation.images=2", "evaluation.samples=1",
                "logging.tensorBoard=true", "quantizer.kMeansVectors=64",
            ]
            let whole = root.appendingPathComponent("whole")
            let parts = root.appendingPathComponent("parts")
            try train(tiny(settings), in: whole)
            var steps = 0
            try train(tiny(settings), in: parts) {
                steps += 1
                return steps == 19
            }
            try train(
                RunConfiguration.resumed(at: RunFolder(parts), overrides: []), in: parts, existing: .resume)
            let expected = Set((1...16) + [18, 20, 22, 24, 26, 28, 30, 32, 35])
            for folder in [whole, parts] {
                let names = try FileManager.default.contentsOfDirectory(atPath: RunFolder(folder).samples.path)
                #expect(Set(names.compactMap { Int($0.dropFirst(5).dropLast(4)) }) == expected)
            }
            let events = try #require(
                FileManager.default.contentsOfDirectory(atPath: whole.path).first { $0.hasPrefix("events.") })
            let bytes = try Data(contentsOf: whole.appendingPathComponent(events))
            var count = 0
            var rest = bytes[...]
            while let found = rest.range(of: Data("evaluation/reconstructions".utf8)) {
                count += 1
                rest = rest[found.upperBound...]
            }
            #expect(count == 25)
        }
    }
}

@Suite("Collapse")
struct CollapseWatchTests {
    private func record(_ step: Int, _ counts: [[Int]]) -> StepRecord {
        StepRecord(
            step: step, steps: 10, loss: 0, terms: [], learningRate: 0, gradientNorm: nil,
            layers: CodebookUsage(counts: counts).layers, counts: counts, revived: [], imagesPerSecond: 0, skipped: 0)
    }

    private static let bad = [1000, 0, 0, 0]
    private static let good = [250, 250, 250, 250]

    @Test("What is gone after a few revivals is no collapse")
    func early() throws {
        var watch = CollapseWatch(reviveAfter: 20)
        for step in stride(from: 10, through: 100, by: 10) { #expect(try watch.take(record(step, [Self.bad])) == nil) }
        for step in stride(from: 110, through: 500, by: 10) {
            #expect(try watch.take(record(step, [Self.good])) == nil)
        }
    }

    @Test("One line names all layers, and comes once")
    func once() throws {
        var watch = CollapseWatch(reviveAfter: 20)
        var warnings: [String] = []
        for step in stride(from: 10, through: 1000, by: 10) {
            if let text = try watch.take(record(step, [Self.bad, Self.good, Self.bad])) { warnings.append(text) }
        }
        #expect(warnings.count == 1)
        let text = try #require(warnings.first)
        #expect(text.contains("layer 1 uses 1 of its 4 codewords, layer 3 uses 1 of its 4 codewords (collapse)"))
        #expect(!text.contains("\n") && text.contains("optimizer.learningRate"))
    }

    @Test("A coarse level that gets few vectors a window is judged when it has enough")
    func coarse() throws {
        var watch = CollapseWatch(reviveAfter: 2)
        var step = 10
        var found: String?
        while found == nil, step < 10_000 {
            step += 10
            found = try watch.take(record(step, [[5, 0, 0, 0], Self.good]))
        }
        // 50 · 4 vectors at 5 a window are 40 windows.
        #expect(step == 410 && found?.contains("layer 1 uses 1 of its 4") == true)
    }
}
