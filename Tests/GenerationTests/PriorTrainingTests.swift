import Datasets
import Files
import Foundation
import Latents
import Priors
import Settings
import Testing
import Torch
import Training

@testable import Generation

@Suite("Training priors")
struct PriorTrainingTests {
    private let folder = try? TemporaryFolder()

    private func url(_ name: String) throws -> URL { try #require(folder).url.appendingPathComponent(name) }

    private func configuration(_ overrides: [String] = []) throws -> PriorConfiguration {
        try PriorConfiguration.resolve(
            preset: "prior-tiny", overrides: ["training.threads=1", "logging.tensorBoard=false"] + overrides)
    }

    private func training(
        _ name: String, _ overrides: [String] = [], codes: CodesFile? = nil, heldOut: CodesFile? = nil,
        layer: Int? = nil, existing: TrainingRun.Existing = .refuse, changes: [String] = []
    ) throws -> PriorTraining {
        try PriorTraining(
            existing == .resume ? PriorTraining.resumed(at: url(name)) : configuration(overrides),
            codes: (codes ?? SyntheticCodes.file(), "codes"), heldOut: heldOut.map { ($0, "held out") },
            output: url(name), layer: layer, existing: existing, overrides: changes)
    }

    @discardableResult
    private func run(
        _ training: PriorTraining, stopAfter: Int? = nil, meanwhile: () throws -> Void = {}
    ) throws -> PriorTraining.Outcome {
        var asked = 0
        var failure: (any Error)?
        defer { if let failure { Issue.record(failure) } }
        return try training.run(
            progress: { total, first in
                ProgressReporter.standardError(totalSteps: total, firstStep: first, every: 10, quiet: true)
            },
            shouldStop: {
                asked += 1
                do { try meanwhile() } catch { failure = error }
                return asked == stopAfter
            })
    }

    private func weights(_ name: String, layer: Int) throws -> Data {
        try Data(contentsOf: url("\(name)/layer-\(layer)/model.safetensors"))
    }

    /// Golden numbers: these priors of these codes have always given these, within what processors differ by.
    @Test("Tiny priors of the glyphs' codes give the numbers they always gave")
    func golden() throws {
        let model = try RunConfiguration.resolve(preset: "hrvqvae-tiny")
        let autoencoder = try model.makeAutoencoder(seed: 1)
        let glyphs = try model.data.open(nil, split: .train)
        let file = try url("codes.safetensors")
        try Tokenizer(model: autoencoder, configuration: model, device: .cpu)
            .write(glyphs, split: .train, limit: 64, to: file)
        try run(
            training(
                "golden",
                ["training.steps=10", "training.precision=float32", "logging.every=1", "evaluation.images=6"],
                codes: CodesFile(file)))
        for (layer, expected) in Self.goldenLosses.enumerated() {
            let text = try String(contentsOf: url("golden/layer-\(layer + 1)/metrics.jsonl"), encoding: .utf8)
            let losses = try text.split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }.filter { $0["kind"] as? String == "train" }.map { try #require($0["loss"] as? Double) }
            #expect(losses.count == 10)
            for (found, expected) in zip([losses[0], losses[4], losses[9]], expected) {
                #expect(abs(found - expected) < 2e-4 + 0.01 * expected, "layer \(layer + 1): \(losses)")
            }
        }
    }

    /// −ln p a position in steps 1, 5 and 10 of each layer.
    static let goldenLosses = [[1.497736, 0.724606, 0.097144], [1.346981, 0.590147, 0.217263]]

    @Test("All layers are trained, and say more of new codes than their frequencies do")
    func learning() throws {
        try run(training("prior", ["training.steps=60", "training.batchSize=16"]))
        let priors = try PriorFolder(url("prior")).load()
        #expect(priors.networks.count == 2 && priors.isConditional)
        let fresh = try SyntheticCodes.file(seed: 2)
        let likelihood = try PriorLikelihood(priors, fresh, path: "fresh")
        for layer in likelihood.layers {
            #expect(layer.uniform == log2(3.0))
            #expect(layer.entropy > 1.55 && layer.entropy <= layer.uniform)
            #expect(layer.bitsPerPosition < 0.75 * layer.entropy, "\(layer)")
            #expect(abs(layer.bitsPerImage - layer.bitsPerPosition * 24) < 1e-9)
        }
        #expect(abs(likelihood.bitsPerDimension - likelihood.bitsPerImage / 96) < 1e-12)
        #expect(try likelihood.text().contains("48 images, told their classes"))
    }

    @Test("A run does not go on with other codes, though there are as many")
    func otherCodes() throws {
        #expect(try run(training("codes"), stopAfter: 5) == .interrupted(layer: 0, step: 5))
        let others = try SyntheticCodes.file(seed: 7)
        #expect {
            try run(training("codes", codes: others, existing: .resume))
        } throws: { error in
            guard case TrainingError.changedData(_, let changes) = error else { return false }
            return changes == ["the content of images is another"]
        }
        #expect(try run(training("codes", existing: .resume)) == .completed)
    }

    @Test("A run that was interrupted, in either layer, and resumed gives the same bytes")
    func resuming() throws {
        try run(training("whole"))
        for stop in [13, 63] {
            let name = "stopped-\(stop)"
            let outcome = try run(training(name), stopAfter: stop)
            #expect(outcome == .interrupted(layer: stop / 40, step: stop == 13 ? 13 : 24))
            #expect(try run(training(name, existing: .resume)) == .completed)
            for layer in 1...2 { #expect(try weights(name, layer: layer) == weights("whole", layer: layer)) }
        }
        // A run that is complete stays as it is.
        #expect(try run(training("whole", existing: .resume)) == .completed)
        #expect(try weights("whole", layer: 1) == weights("stopped-13", layer: 1))
    }

    @Test("Parts of a batch give the gradients of the whole one")
    func microBatches() throws {
        // In bfloat16 parts are rounded apart, and Adam's first steps are as long for the least gradient as for any.
        let settings = [
            "training.steps=3", "network.dropout=0", "training.averagingDecay=0", "training.precision=float32",
        ]
        try run(training("whole", settings + ["training.microBatchSize=16"], layer: 1))
        try run(training("parts", settings + ["training.microBatchSize=5"], layer: 1))
        let whole = try Safetensors.read(url("whole/layer-1/model.safetensors")).tensors
        let parts = try Safetensors.read(url("parts/layer-1/model.safetensors")).tensors
        for (name, tensor) in whole {
            let other = try #require(parts[name])
            let difference = try (tensor - other).array(of: Float.self).map(abs).max() ?? 0
            #expect(difference < 2e-3, "\(name)")
        }
    }

    @Test("Held-out codes that gain no more end a layer, and its best weights stay")
    func earlyStop() throws {
        // Labels that mean nothing: what is learnt of the few images is of no use for others.
        let few = try SyntheticCodes.file(4)
        let settings = [
            "training.steps=400", "evaluation.every=5", "evaluation.patience=3", "network.dropout=0",
            "optimizer.learningRate=0.02",
        ]
        try run(training("prior", settings, codes: few, heldOut: SyntheticCodes.file(24, seed: 3), layer: 1))
        let text = try String(contentsOf: url("prior/layer-1/metrics.jsonl"), encoding: .utf8)
        let lines = try text.split(separator: "\n").compactMap { line -> (step: Int, bits: Double)? in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard object?["kind"] as? String == "evaluation" else { return nil }
            return (object?["step"] as? Int ?? 0, object?["bitsPerPosition"] as? Double ?? 0)
        }
        let best = try #require(lines.min { $0.bits < $1.bits })
        #expect(lines.last?.step == best.step + 15)
        #expect(lines.count < 80)
        let metadata = try Safetensors.read(url("prior/layer-1/model.safetensors")).metadata
        #expect(metadata["step"] == "\(best.step)")
    }

    @Test("A run that waits for a gain ends where it would have, also when it was interrupted")
    func resumedPatience() throws {
        let settings = [
            "training.steps=60", "evaluation.every=5", "evaluation.patience=2", "optimizer.learningRate=0.05",
        ]
        let (few, heldOut) = (try SyntheticCodes.file(4), try SyntheticCodes.file(24, seed: 3))
        try run(training("whole", settings, codes: few, heldOut: heldOut, layer: 1))
        try run(training("parts", settings, codes: few, heldOut: heldOut, layer: 1), stopAfter: 8)
        try run(training("parts", codes: few, heldOut: heldOut, layer: 1, existing: .resume))
        #expect(try weights("parts", layer: 1) == weights("whole", layer: 1))
    }

    @Test("Steps of each layer may change when training goes on")
    func resumedSteps() throws {
        try run(training("prior", ["training.steps=2"]))
        try run(training("prior", existing: .resume, changes: ["training.steps=[4, 3]"]))
        #expect(try PriorDescription(PriorFolder(url("prior"))).layers.map(\.step) == [4, 3])
    }

    @Test("A class that is withheld is not learnt")
    func labelDropout() throws {
        let codes = try SyntheticCodes.file()
        func bits(_ share: String) throws -> Double {
            try run(training("prior-\(share)", ["training.steps=60", "conditioning.labelDropout=\(share)"], layer: 1))
            let network = try PriorFolder(url("prior-\(share)")).load(layer: 0, of: SyntheticCodes.space)
            let data = try PriorData(codes, layer: 0, settings: network.settings)
            return try PriorLikelihood.nats(network, data, [0, 1, 2], on: .cpu, batch: 3)
        }
        // The stripes' phase is the class: who is not told it must guess the first code.
        #expect(try bits("0.99") > bits("0.0"))
    }

    @Test("An interrupted replacement leaves none of the old priors")
    func interruptedReplacement() throws {
        try run(training("prior", ["training.steps=4"]))
        let again = try training("prior", ["training.steps=4", "training.seed=2"], existing: .replace)
        #expect(try run(again, stopAfter: 1) == .interrupted(layer: 0, step: 1))
        #expect(throws: PriorError.self) { try PriorFolder(url("prior")).load() }
    }

    @Test("Of priors that failed before a step was made nothing stays")
    func failedStart() throws {
        let codes = try SyntheticCodes.file()
        let spoilt = CodesFile(
            codes: codes.codes, indices: codes.indices, labels: codes.indices.map { _ in 7 }, space: codes.space)
        let error = #expect(throws: (any Error).self) { try run(training("a/prior", codes: spoilt)) }
        #expect("\(try #require(error))".contains("index"))
        #expect(!FileManager.default.fileExists(atPath: try url("a").path))
        // What was there before stays.
        let note = try url("b/note.txt")
        try FileManager.default.createDirectory(at: url("b"), withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: note)
        #expect(throws: (any Error).self) { try run(training("b", codes: spoilt)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: url("b").path) == ["note.txt"])
        // Old priors are gone, of more layers than the new ones have too, and what is not theirs stays.
        try run(training("d", ["training.steps=1"]))
        try FileManager.default.createDirectory(at: url("d/layer-3/checkpoints"), withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: url("d/layer-1/note.txt"))
        #expect(throws: (any Error).self) { try run(training("d", codes: spoilt, existing: .replace)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: url("d").path) == ["layer-1"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: url("d/layer-1").path) == ["note.txt"])
        // So does a layer that came further.
        try run(training("c", ["training.steps=1"], layer: 1))
        #expect(throws: (any Error).self) { try run(training("c", codes: spoilt, layer: 2)) }
        #expect(try PriorFolder(url("c")).codeSpace() == SyntheticCodes.space)
        try run(training("c", ["training.steps=1"], layer: 2))
        #expect(try PriorFolder(url("c")).load().networks.count == 2)
    }

    @Test("Layers may be trained at the same time, and nothing is replaced or taken back meanwhile")
    func together() throws {
        let spoilt = try SyntheticCodes.file()
        let labels = spoilt.indices.map { _ in 7 }
        var attempts = 0
        try run(training("prior", ["training.steps=2"], layer: 1)) {
            attempts += 1
            #expect(throws: TrainingError.runInUse(path: try url("prior").path)) {
                try run(training("prior", existing: .replace))
            }
            #expect(throws: (any Error).self) {
                try run(
                    training(
                        "prior",
                        codes: CodesFile(
                            codes: spoilt.codes, indices: spoilt.indices, labels: labels, space: spoilt.space),
                        layer: 2))
            }
            try run(training("prior", ["training.steps=1"], layer: 2, existing: attempts == 1 ? .refuse : .replace))
        }
        #expect(attempts > 0)
        #expect(try PriorFolder(url("prior")).load().networks.count == 2)
    }

    @Test("One layer alone, and the missing one is named with the command that trains it")
    func oneLayer() throws {
        try run(training("prior", layer: 2))
        let error = try #require(throws: PriorError.self) { try PriorFolder(url("prior")).load() }
        #expect(error == .missingLayer(path: try url("prior").path, layer: 1, layers: 2))
        #expect(error.description.contains("`PriorTraining` and `layer: 1`"))
        try run(training("prior", layer: 1))
        #expect(try PriorFolder(url("prior")).load().networks.count == 2)
    }

    @Test("Values for each layer reach their layer")
    func layered() throws {
        try run(
            training(
                "prior", ["network.attentionLayers=[1, 0]", "network.hiddenUnits=[16, 8]", "training.steps=[2, 1]"]))
        let networks = try PriorFolder(url("prior")).load().networks
        #expect(networks.map(\.settings.attentionLayers) == [1, 0])
        #expect(networks.map(\.settings.hiddenUnits) == [16, 8])
        #expect(throws: PriorError.layerCount(configured: 3, codes: 2)) {
            try training("other", ["network.hiddenUnits=[8, 8, 8]"])
        }
    }

    @Test("A prior without labels")
    func unconditional() throws {
        try run(training("prior", ["conditioning.label=false", "training.steps=1"]))
        let priors = try PriorFolder(url("prior")).load()
        #expect(!priors.isConditional)
        #expect(throws: PriorError.unconditional(path: try url("prior").path)) {
            try ImageSampler(priors).sample(.init(count: 1, classes: [0], seed: 1))
        }
        #expect(throws: PriorError.settingsCount(name: "temperature", found: 3, layers: 2)) {
            try ImageSampler(priors).sample(
                .init(count: 1, settings: Array(repeating: SamplingSettings(), count: 3), seed: 1))
        }
    }

    @Test("What does not belong together, or is there already, is refused")
    func refusals() throws {
        try run(training("prior", ["training.steps=1"]))
        #expect(throws: TrainingError.self) { try training("prior") }
        var space = SyntheticCodes.space
        space.model = String(repeating: "c", count: 64)
        let other = try SyntheticCodes.file(space: space)
        let error = try #require(throws: PriorError.self) { try training("prior", codes: other, existing: .resume) }
        #expect(error.description.contains("do not belong together"))
        #expect(throws: PriorError.self) { try training("second", heldOut: other) }
        space = SyntheticCodes.space
        space.classNames = ["two", "one", "zero"]
        let renamed = try SyntheticCodes.file(space: space)
        let classes = try #require(throws: PriorError.self) {
            try training("prior", codes: renamed, layer: 2, existing: .replace)
        }
        #expect(classes.description.contains("[zero, one, two]"))
        let model = ModelFolder(try url("model"))
        try FileManager.default.createDirectory(at: model.url, withIntermediateDirectories: true)
        try Data("{}".utf8).write(to: model.configurationFile)
        #expect(throws: PriorError.holdsOther(path: model.url.path)) { try training("model", existing: .replace) }
        #expect(throws: PriorError.noSuchLayer(found: 3, layers: 2)) { try training("third", layer: 3) }
        #expect(throws: TrainingError.nothingToResume(path: try url("nowhere").path)) {
            try PriorTraining.resumed(at: url("nowhere"))
        }
        #expect(throws: TrainingError.self) {
            try run(training("prior", existing: .resume, changes: ["network.groups=1"]))
        }
        #expect(throws: PriorError.tooFewCodes(found: 1)) { try training("few", codes: SyntheticCodes.file(1)) }
    }

    @Test(
        "Settings that do not fit are named",
        arguments: [
            ("network.filterSize=4", "network.filterSize"), ("network.attentionLayers=3", "network.attentionLayers"),
            ("network.attentionHeads=3", "network.attentionHeads"), ("network.dropout=1", "network.dropout"),
            ("evaluation.heldOutShare=0", "evaluation.heldOutShare"), ("optimizer.beta1=1", "optimizer.beta1"),
            ("network.groups=[2, 0]", "network.groups"), ("conditioning.labelDropout=1", "conditioning.labelDropout"),
        ])
    func validation(_ override: String, _ key: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try configuration([override]) }
        #expect("\(error)".contains(key))
    }
}
