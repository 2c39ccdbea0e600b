import Files
import Foundation
import Images
import Settings
import TestSupport
import Testing
import Torch
import Training

/// What a log says, without how long it took.
private func figures(_ folder: URL) throws -> [[String: String]] {
    try String(contentsOf: folder.appendingPathComponent("metrics.jsonl"), encoding: .utf8).split(separator: "\n").map {
        let line = try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        return line.filter { $0.key != "imagesPerSecond" }.mapValues { "\($0)" }
    }
}

@Suite("Stopping and going on", .serialized)
struct ResumeTests {
    @Test(
        "3 steps, a stop and 3 steps are 6 steps, bit for bit",
        arguments: [
            ["quantizer.learning=movingAverage"], ["quantizer.learning=gradient", "optimizer.gradientClip=0.5"],
            ["optimizer.schedule=cosine", "optimizer.warmUpSteps=2", "quantizer.reviveAfter=1", "data.flip=true"],
            ["quantizer.layerDropout=0.5"],
            [
                "model.kind=vqvae2", "model.levels=2", "quantizer.layers=1", "quantizer.betaSum=0",
                "quantizer.layerDropout=0.5",
            ],
        ])
    func exact(_ overrides: [String]) throws {
        try withTemporaryFolder { root in
            let whole = root.appendingPathComponent("whole")
            let parts = root.appendingPathComponent("parts")
            try train(tiny(overrides), in: whole)
            var steps = 0
            let outcome = try train(tiny(overrides), in: parts) {
                steps += 1
                return steps == 3
            }
            #expect(outcome == .interrupted(step: 3))
            let resumed = try RunConfiguration.resumed(at: RunFolder(parts), overrides: [])
            #expect(try train(resumed, in: parts, existing: .resume) == .completed(step: 6))
            #expect(try weights(whole) == weights(parts))
            #expect(try figures(whole) == figures(parts))
        }
    }

    @Test("A run that died after its last checkpoint goes on from there, its log without double lines")
    func crash() throws {
        try withTemporaryFolder { root in
            let whole = root.appendingPathComponent("whole")
            let parts = root.appendingPathComponent("parts")
            let configuration = try tiny(["checkpoint.every=2"])
            try train(configuration, in: whole)
            // Five steps, then what a crash leaves: the checkpoint of step 4, a longer log, a half-written folder.
            var steps = 0
            try train(configuration, in: parts) {
                steps += 1
                return steps == 5
            }
            try FileManager.default.removeItem(at: RunFolder(parts).checkpoint(5))
            try FileManager.default.createDirectory(
                at: RunFolder(parts).checkpoints.appendingPathComponent(".step-5.\(UUID().uuidString).tmp"),
                withIntermediateDirectories: true)
            let log = try FileHandle(forWritingTo: RunFolder(parts).metricsFile)
            try log.seekToEnd()
            try log.write(contentsOf: Data("{\"step\":6,\"half".utf8))
            try log.close()
            try train(
                RunConfiguration.resumed(at: RunFolder(parts), overrides: []), in: parts, existing: .resume)
            #expect(try weights(whole) == weights(parts))
            #expect(try figures(whole) == figures(parts))
            #expect(RunFolder(parts).checkpointSteps() == [4, 6])
            let names = try FileManager.default.contentsOfDirectory(atPath: RunFolder(parts).checkpoints.path)
            #expect(names.allSatisfy { !$0.hasPrefix(".") })
        }
    }

    @Test("A run that died before its first checkpoint starts again from its configuration")
    func crashBeforeCheckpoint() throws {
        try withTemporaryFolder { root in
            let whole = root.appendingPathComponent("whole")
            let parts = root.appendingPathComponent("parts")
            try train(tiny(), in: whole)
            try FileManager.default.createDirectory(at: parts, withIntermediateDirectories: true)
            try tiny().jsonData().write(to: parts.appendingPathComponent("config.json"))
            try train(
                RunConfiguration.resumed(at: RunFolder(parts), overrides: []), in: parts, existing: .resume)
            #expect(try weights(whole) == weights(parts))
        }
    }

    @Test("A model without checkpoints is not resumed: to start again would overwrite it")
    func modelWithoutCheckpoints() throws {
        try withTemporaryFolder { folder in
            try train(tiny(), in: folder)
            let model = try weights(folder)
            let log = try figures(folder)
            try FileManager.default.removeItem(at: RunFolder(folder).checkpoints)
            #expect(throws: TrainingError.nothingToResume(path: folder.path)) {
                try RunConfiguration.resumed(at: RunFolder(folder), overrides: [])
            }
            #expect(throws: TrainingError.nothingToResume(path: folder.path)) {
                try train(tiny(), in: folder, existing: .resume)
            }
            #expect(try weights(folder) == model && figures(folder) == log)
        }
    }

    @Test("Two runs cannot write into one folder at the same time")
    func inUse() throws {
        try withTemporaryFolder { folder in
            var inner: (any Error)?
            try train(tiny(), in: folder) {
                do { try train(tiny(), in: folder, existing: .replace) } catch { inner = error }
                return true
            }
            #expect(inner as? TrainingError == .runInUse(path: folder.path))
            let more = try RunConfiguration.resumed(at: RunFolder(folder), overrides: [])
            #expect(try train(more, in: folder, existing: .resume) == .completed(step: 6))
        }
    }

    @Test("Other training images than before are refused")
    func otherData() throws {
        try withTemporaryFolder { root in
            let data = root.appendingPathComponent("data")
            try AtomicFolder.create(data)
            let image = try PixelImage(
                width: 30, height: 30, channels: 1, pixels: (0..<900).map { UInt8(truncatingIfNeeded: $0) })
            for index in 0..<12 { try image.writePNG(to: data.appendingPathComponent("\(index).png").path) }
            let folder = root.appendingPathComponent("run")
            let settings = ["data.kind=folder", "data.testShare=0.3", "evaluation.images=2"]
            try train(tiny(settings), in: folder, data: data)
            for index in 12..<40 { try image.writePNG(to: data.appendingPathComponent("\(index).png").path) }
            let more = try RunConfiguration.resumed(at: RunFolder(folder), overrides: ["training.steps=8"])
            let error = #expect(throws: TrainingError.self) {
                try train(more, in: folder, existing: .resume, data: data)
            }
            guard case .changedData? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("More steps can be added to a run; other settings cannot be changed, and all of them are listed")
    func changes() throws {
        try withTemporaryFolder { folder in
            try train(tiny(), in: folder)
            let run = RunFolder(folder)
            let more = try RunConfiguration.resumed(at: run, overrides: ["training.steps=8", "checkpoint.keep=1"])
            #expect(try train(more, in: folder, existing: .resume) == .completed(step: 8))
            let fewer = try RunConfiguration.resumed(at: run, overrides: ["training.steps=7"])
            #expect(throws: TrainingError.self) { try train(fewer, in: folder, existing: .resume) }
            #expect(try run.model.configuration().training.steps == 8)
            let error = #expect(throws: TrainingError.self) {
                try RunConfiguration.resumed(
                    at: run, overrides: ["optimizer.learningRate=1", "quantizer.branching=8"])
            }
            let text = "\(try #require(error))"
            #expect(text.contains("optimizer.learningRate") && text.contains("quantizer.branching"))
        }
    }

    @Test("An output folder with a run is refused, replaced or resumed, as asked; other files in it stay")
    func existing() throws {
        try withTemporaryFolder { root in
            let folder = root.appendingPathComponent("run")
            #expect(throws: TrainingError.nothingToResume(path: folder.path)) {
                try RunConfiguration.resumed(at: RunFolder(folder), overrides: [])
            }
            #expect(throws: TrainingError.nothingToResume(path: folder.path)) {
                try train(tiny(), in: folder, existing: .resume)
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path))
            try train(tiny(), in: folder)
            let before = try weights(folder)
            #expect(throws: TrainingError.runExists(path: folder.path, step: 6)) { try train(tiny(), in: folder) }
            #expect(try weights(folder) == before)
            let note = folder.appendingPathComponent("notes.txt")
            try AtomicFile.write("mine", to: note)
            try train(tiny(["training.seed=9"]), in: folder, existing: .replace)
            #expect(try weights(folder) != before)
            #expect(FileManager.default.fileExists(atPath: note.path))
        }
    }

    @Test("A checkpoint that is cut off or of another model is an error that names the file, and nothing changes")
    func damagedCheckpoint() throws {
        try withTemporaryFolder { folder in
            try train(tiny(), in: folder)
            let configuration = try RunConfiguration.resumed(at: RunFolder(folder), overrides: ["training.steps=8"])
            let checkpoint = RunFolder(folder).checkpoint(6)
            let model = try weights(folder)
            for name in [
                "weights.safetensors", "averages.safetensors", "optimizer.safetensors", "statistics.safetensors",
                "state.json",
            ] {
                let file = checkpoint.appendingPathComponent(name)
                let whole = try Data(contentsOf: file)
                for part in [whole.prefix(0), whole.prefix(whole.count / 2), Data("{}".utf8)] {
                    try part.write(to: file)
                    let error = #expect(throws: (any Error).self) {
                        try train(configuration, in: folder, existing: .resume)
                    }
                    #expect("\(try #require(error))".contains(name))
                }
                try FileManager.default.removeItem(at: file)
                #expect(throws: FileError.self) { try train(configuration, in: folder, existing: .resume) }
                try whole.write(to: file)
            }
            let file = checkpoint.appendingPathComponent("weights.safetensors")
            var tensors = try Safetensors.read(file).tensors
            tensors["encoder.conv.bias"] = nil
            try Safetensors.write(tensors.map { ($0.key, $0.value) }, to: file)
            #expect(throws: TrainingError.self) { try train(configuration, in: folder, existing: .resume) }
            #expect(try weights(folder) == model)
        }
    }
}
