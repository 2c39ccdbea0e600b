import Autoencoders
import Foundation
import Images
import TestSupport
import Testing
import Torch
import Training

@Suite("Training runs", .serialized)
struct TrainingRunTests {
    /// Golden numbers: this run on this data has always given these, within what processors differ by.
    @Test("A tiny run gives the numbers it always gave")
    func golden() throws {
        try withTemporaryFolder { folder in
            try train(tiny(["training.steps=10"]), in: folder)
            let lines = try String(contentsOf: folder.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
                .split(separator: "\n").map {
                    try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
                }.filter { $0["kind"] as? String == "train" }
            let losses = try lines.map { try #require($0["loss"] as? Double) }
            #expect(losses.count == 10)
            for (found, expected) in zip([losses[0], losses[4], losses[9]], Self.goldenLosses) {
                #expect(abs(found - expected) < 2e-4 + 0.01 * expected, "\(losses)")
            }
        }
    }

    /// Made anew when k-means began to start from vectors drawn at random; 0.119273, 0.094399 and 0.075132 before.
    static let goldenLosses = [0.116590, 0.094280, 0.074246]

    @Test("A run leaves a model, a checkpoint, logs and pictures")
    func files() throws {
        try withTemporaryFolder { folder in
            let shown = Shown()
            try train(
                tiny([
                    "evaluation.every=3", "evaluation.samples=4", "checkpoint.every=2", "checkpoint.keep=1",
                    "logging.tensorBoard=true",
                ]), in: folder, shown: shown)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(names.contains { $0.hasPrefix("events.out.tfevents.") })
            #expect(
                names.filter { !$0.hasPrefix("events") }
                    == ["checkpoints", "config.json", "metrics.jsonl", "model.safetensors", "samples"])
            #expect(RunFolder(folder).checkpointSteps() == [6])
            let sheet = try PixelImage.read(folder.appendingPathComponent("samples/step-6.png").path, channels: 1)
            #expect(sheet.width > 100 && sheet.height > 100)
            #expect(shown.text.contains("step 3: test MSE") && shown.text.contains("step 6: test MSE"))
        }
    }

    @Test(
        "Every setting changes the model",
        arguments: [
            "model.hiddenUnits=12", "model.residualUnits=6", "model.residualBlocks=2", "model.filterSize=5",
            "model.downsampling=4", "quantizer.layers=3", "quantizer.branching=5", "quantizer.dimension=3",
            "quantizer.learning=gradient", "quantizer.decay=0.5", "quantizer.beta=1", "quantizer.betaSum=1",
            "quantizer.initialization=random", "quantizer.kMeansVectors=64", "quantizer.kMeansIterations=1",
            "quantizer.reviveAfter=1", "quantizer.layerDropout=0.5", "optimizer.learningRate=0.001",
            "optimizer.beta1=0.5", "optimizer.beta2=0.9",
            "optimizer.epsilon=0.1", "optimizer.weightDecay=0.1", "optimizer.schedule=cosine",
            "optimizer.warmUpSteps=3", "optimizer.gradientClip=0.01", "training.batchSize=7", "training.steps=5",
            "training.averagingDecay=0.2", "training.seed=3", "training.precision=bfloat16", "data.flip=true",
            "data.height=20", "data.width=20", "data.padding=1", "data.channels=3",
        ])
    func settings(_ override: String) throws {
        try withTemporaryFolder { root in
            let base = root.appendingPathComponent("base")
            let other = root.appendingPathComponent("other")
            let common = override.hasPrefix("quantizer.reviveAfter") ? ["quantizer.initialization=random"] : []
            let shape =
                override.hasPrefix("data.channels") ? ["data.height=32", "data.width=32", "data.padding=0"] : []
            try train(tiny(common + shape), in: base)
            try train(tiny(common + shape + [override]), in: other)
            #expect(try weights(base) != weights(other))
        }
    }

    @Test("A final share of the learning rate matters to a cosine")
    func finalShare() throws {
        try withTemporaryFolder { root in
            try train(tiny(["optimizer.schedule=cosine"]), in: root.appendingPathComponent("a"))
            try train(
                tiny(["optimizer.schedule=cosine", "optimizer.finalLearningRateShare=0.5"]),
                in: root.appendingPathComponent("b"))
            #expect(try weights(root.appendingPathComponent("a")) != weights(root.appendingPathComponent("b")))
        }
    }

    @Test("The number of worker threads changes nothing")
    func workers() throws {
        try withTemporaryFolder { root in
            try train(tiny(["data.workers=1"]), in: root.appendingPathComponent("a"))
            try train(tiny(["data.workers=3"]), in: root.appendingPathComponent("b"))
            #expect(try weights(root.appendingPathComponent("a")) == weights(root.appendingPathComponent("b")))
        }
    }

    @Test("A loss that is not a number stops the run, says which term, and keeps the last good checkpoint")
    func notFinite() throws {
        try withTemporaryFolder { folder in
            let configuration = try tiny([
                "optimizer.learningRate=1e30", "checkpoint.every=1", "training.steps=20", "quantizer.learning=gradient",
            ])
            let error = #expect(throws: TrainingError.self) { try train(configuration, in: folder) }
            guard case .notFinite(let step, let terms, let checkpoint) = try #require(error) else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(step > 1 && !terms.isEmpty)
            let kept = try #require(checkpoint)
            #expect(FileManager.default.fileExists(atPath: kept + "/weights.safetensors"))
            for tensor in try Safetensors.read(URL(fileURLWithPath: kept + "/weights.safetensors")).tensors.values {
                #expect(try tensor.isFinite())
            }
        }
    }

    @Test("A layer that uses few of its codewords is reported as collapsed, in one line, after it had time to recover")
    func collapse() throws {
        try withTemporaryFolder { folder in
            let shown = Shown()
            try train(
                tiny([
                    "quantizer.initialization=random", "quantizer.reviveAfter=0", "quantizer.layers=1",
                    "quantizer.branching=32", "logging.every=10", "training.steps=130",
                ]), in: folder, shown: shown)
            let lines = shown.text.split(separator: "\n")
            #expect(lines.filter { $0.contains("(collapse)") }.count == 1, "\(shown.text)")
            let place = try #require(lines.firstIndex { $0.contains("(collapse)") })
            #expect(lines[place - 1].hasPrefix("step 110/130"), "\(shown.text)")
        }
    }
}
