import Datasets
import Files
import Foundation
import Images
import Settings
import TensorTestSupport
import TestSupport
import Testing
import Torch

@testable import Features

/// Glyphs of 16×16, and settings small enough for a test.
private enum Small {
    static let shape = ImageShape(channels: 1, height: 16, width: 16)

    static func dataset(_ split: Split, count: Int) throws -> GlyphDataset {
        try GlyphDataset(shape: shape, split: split, count: count)
    }

    static func configuration(steps: Int = 3, learningRate: Double = 0.004, seed: Int = 0) -> ClassifierConfiguration {
        var configuration = ClassifierConfiguration()
        configuration.kind = .glyphs
        configuration.shape = shape
        configuration.classNames = (0...9).map(String.init)
        (configuration.hiddenUnits, configuration.featureDimension) = (12, 24)
        (configuration.steps, configuration.batchSize) = (steps, 32)
        configuration.learningRate = learningRate
        configuration.seed = seed
        return configuration
    }

    static func batch(_ count: Int) throws -> ImageBatch {
        let reader = try SequentialReader(dataset: dataset(.test, count: count), batchSize: count)
        return try #require(try reader.next())
    }
}

/// A data set without classes.
private struct Unlabelled: ImageDataset {
    let base: GlyphDataset
    var count: Int { base.count }
    var shape: ImageShape { base.shape }
    var classNames: [String] { [] }
    func label(at index: Int) -> Int? { nil }
    func item(at index: Int, crop: Crop) throws -> PixelImage { try base.item(at: index, crop: crop) }
    func name(at index: Int) -> String { base.name(at: index) }
}

@Suite("Classifier")
struct ClassifierTests {
    @Test("Shapes, names of parameters, and probabilities that sum up to 1")
    func shapes() throws {
        let classifier = try ImageClassifier(Small.configuration())
        #expect(
            classifier.parameters.all.map(\.name) == [
                "stem.weight", "stem.bias", "stages.0.down.weight", "stages.0.down.bias", "stages.0.refine.weight",
                "stages.0.refine.bias", "hidden.weight", "hidden.bias", "output.weight", "output.bias",
            ])
        let batch = try Small.batch(70)
        let features = try classifier.features(batch)
        #expect(features.shape == [70, 24] && !features.requiresGradient && classifier.dimension == 24)
        #expect(try features.array(of: Float.self).allSatisfy { $0 >= 0 })
        let probabilities = try classifier.probabilities(batch.pixels, count: 70, height: 16, width: 16, channels: 1)
        expectClose(
            try probabilities.sum(axes: [1]).array(of: Float.self), [Float](repeating: 1, count: 70), absolute: 1e-5)
        let rows = try probabilities.array(of: Float.self)
        for (index, found) in try classifier.classify(batch).enumerated() {
            #expect(rows[index * 10 + found] == rows[index * 10..<index * 10 + 10].max())
        }
        for (height, width, channels) in [(8, 8, 1), (9, 31, 3), (64, 40, 3)] {
            var other = Small.configuration()
            other.shape = ImageShape(channels: channels, height: height, width: width)
            let pixels = [UInt8](repeating: 7, count: 2 * height * width)
            let logits = try ImageClassifier(other).logits(pixels, count: 2, height: height, width: width, channels: 1)
            #expect(logits.shape == [2, 10])
        }
    }

    @Test("A short training learns glyphs")
    func accuracy() throws {
        let training = try ClassifierTraining(
            Small.configuration(steps: 150), on: Small.dataset(.train, count: 4000))
        var losses: [Double] = []
        try training.run(progress: { losses.append($0.loss) })
        #expect(losses.count == 150 && training.step == 150)
        let accuracy = try ClassifierAccuracy.measure(
            training.classifier, on: Small.dataset(.test, count: 300))
        #expect(accuracy.images == 300 && accuracy.classes.allSatisfy { $0.images == 30 })
        #expect(accuracy.overall > 0.6, "\(accuracy.overall), losses \(losses[0]) to \(losses[149])")
        #expect(accuracy.text.contains("accuracy"))
    }

    @Test("The same seed gives the same bytes, another seed others")
    func determinism() throws {
        try withTemporaryFolder { folder in
            func train(_ name: String, seed: Int) throws -> Data {
                let training = try ClassifierTraining(
                    Small.configuration(steps: 6, seed: seed), on: Small.dataset(.train, count: 500))
                try training.run()
                let place = ClassifierFolder(folder.appendingPathComponent(name))
                try place.save(training.classifier)
                return try Data(contentsOf: place.weightsFile)
            }
            let first = try train("a", seed: 1)
            #expect(try train("b", seed: 1) == first)
            #expect(try train("c", seed: 2) != first)
        }
    }

    @Test("A classifier comes back from its folder with the same logits and accuracy")
    func folder() throws {
        try withTemporaryFolder { folder in
            let place = ClassifierFolder(folder.appendingPathComponent("classifier"))
            let classifier = try ImageClassifier(Small.configuration(seed: 9))
            let accuracy = ClassifierAccuracy(classes: (0...9).map { .init(name: "\($0)", images: 5, correct: 4) })
            try place.save(classifier, accuracy: accuracy)
            let back = try place.load()
            var expected = classifier.configuration
            expected.accuracy = accuracy
            #expect(back.configuration == expected)
            let batch = try Small.batch(5)
            func logits(_ classifier: ImageClassifier) throws -> [Float] {
                try classifier.logits(batch.pixels, count: 5, height: 16, width: 16, channels: 1).array(of: Float.self)
            }
            #expect(try logits(back) == logits(classifier))

            var state = try Safetensors.read(place.weightsFile).tensors
            state["stem.bias"] = nil
            state["more"] = try Tensor.zeros([1])
            try Safetensors.write(state.map { ($0, $1) }, to: place.weightsFile)
            let error = #expect(throws: TorchError.self) { try place.load() }
            #expect(error?.description.contains("stem.bias") == true && error?.description.contains("more") == true)
            try FileManager.default.removeItem(at: place.weightsFile)
            #expect(throws: FileError.self) { try place.load() }
            #expect(throws: FileError.self) { try ClassifierFolder(folder.appendingPathComponent("no")).load() }
        }
    }

    @Test("A folder that holds a prior is told by its name")
    func prior() throws {
        try withTemporaryFolder { folder in
            let place = ClassifierFolder(folder)
            try Data(#"{"format": "prior", "formatVersion": 1, "network": {}}"#.utf8).write(to: place.configurationFile)
            #expect(throws: FeaturesError.holdsOther(path: folder.path, found: "a prior")) { try place.load() }
        }
    }

    @Test("A folder that holds an autoencoder is neither read nor written over")
    func autoencoder() throws {
        try withTemporaryFolder { folder in
            let place = ClassifierFolder(folder)
            try Data(#"{"formatVersion": 1, "model": {"kind": "hrvqvae"}, "quantizer": {"layers": 3}}"#.utf8)
                .write(to: place.configurationFile)
            let error = FeaturesError.holdsOther(path: folder.path, found: "an autoencoder")
            #expect(throws: error) { try place.load() }
            #expect(throws: error) { try place.save(ImageClassifier(Small.configuration())) }
            #expect(!FileManager.default.fileExists(atPath: place.weightsFile.path))
        }
    }

    @Test("Settings: unknown, mistyped and impossible ones are all named")
    func settings() throws {
        let good = try Small.configuration().storedData()
        #expect(try ClassifierConfiguration(stored: good) == Small.configuration())
        func problems(_ changes: [String: Any]) throws -> [String] {
            var object = try #require(try JSONSerialization.jsonObject(with: good) as? [String: Any])
            for (key, value) in changes {
                let parts = key.split(separator: ".").map(String.init)
                guard parts.count == 2 else {
                    object[key] = value
                    continue
                }
                var section = try #require(object[parts[0]] as? [String: Any])
                section[parts[1]] = value
                object[parts[0]] = section
            }
            do {
                _ = try ClassifierConfiguration(
                    stored: JSONSerialization.data(withJSONObject: object), source: "c.json")
            } catch ConfigurationError.mismatched("c.json", let mismatches) {
                return mismatches.map { "\($0)" }
            } catch ConfigurationError.invalid(let problems) {
                return problems.map { "\($0)" }
            }
            return []
        }
        let found = try problems(["training.stepz": 1, "data.width": "wide", "data.kind": "cifar1000"])
        #expect(found.count == 3, "\(found)")
        for word in ["did you mean 'training.steps'?", "data.width", "mnist, cifar10, cifar100"] {
            #expect(found.contains { $0.contains(word) }, "\(word): \(found)")
        }
        let ranges = try problems([
            "data.height": 7, "data.classNames": ["one"], "optimizer.learningRate": 0, "network.hiddenUnits": 0,
        ])
        #expect(ranges.count == 4, "\(ranges)")
        #expect(try problems(["data.classNames": [String]()]) == ["data.classNames is []; expected at least 2"])
        #expect(try problems(["accuracy": ["classes": [], "mood": 1]]).count == 1)
        #expect(try problems(["accuracy": ["classes": []]]).count == 1)
        #expect(throws: ConfigurationError.newerFormat(source: "config.json", found: 3, supported: 2)) {
            try ClassifierConfiguration(
                stored: Data(
                    String(decoding: good, as: UTF8.self).replacing(
                        "\"formatVersion\" : 2", with: "\"formatVersion\" : 3"
                    ).utf8))
        }
        #expect(throws: ConfigurationError.self) { try ClassifierConfiguration(stored: Data("[1]".utf8)) }
        #expect(throws: ConfigurationError.self) { try ImageClassifier(Small.configuration(learningRate: .nan)) }
    }

    @Test("The shape, the classes and the mirror are the data set's unless they are set")
    func fromData() throws {
        let dataset = try Small.dataset(.train, count: 4)
        let settings = try ClassifierConfiguration.merged(overrides: ["data.kind=glyphs", "training.steps=2"])
        #expect(settings.shape == DatasetKind.glyphs.defaultShape && settings.chosenShape == nil && !settings.mirrors)
        let completed = settings.completed(for: dataset)
        #expect(completed.shape == Small.shape && completed.classNames == dataset.classNames && completed.steps == 2)
        let chosen = try ClassifierConfiguration.merged(
            overrides: ["data.kind=folder", "data.height=9", "data.classNames=[a, 1]", "data.flip=false"])
        #expect(chosen.chosenShape == ImageShape(channels: 3, height: 9, width: 256))
        #expect(chosen.completed(for: dataset).classNames == ["a", "1"] && !chosen.mirrors)
        #expect(try ClassifierConfiguration.merged(overrides: ["data.kind=folder"]).mirrors)
    }

    @Test("A classifier of the first version, which had no sections, is read as it was")
    func firstVersion() throws {
        let text = """
            {"accuracy": {"classes": [{"correct": 4, "images": 5, "name": "a"}, {"correct": 1, "images": 2, "name": "b"}],
            "images": 7, "overall": 0.7}, "batchSize": 16, "channels": 3, "classNames": ["a", "b"],
            "featureDimension": 24, "flip": false, "formatVersion": 1, "height": 9, "hiddenUnits": 12, "kind": "folder",
            "learningRate": 0.01, "model": "classifier", "seed": 3, "steps": 7, "testShare": 0.25, "width": 10}
            """
        let configuration = try ClassifierConfiguration(stored: Data(text.utf8))
        #expect(configuration.shape == ImageShape(channels: 3, height: 9, width: 10))
        #expect(configuration.classNames == ["a", "b"] && !configuration.mirrors && configuration.testShare == 0.25)
        #expect(configuration.hiddenUnits == 12 && configuration.featureDimension == 24)
        #expect(configuration.steps == 7 && configuration.batchSize == 16 && configuration.seed == 3)
        #expect(configuration.learningRate == 0.01 && configuration.accuracy?.images == 7)
        #expect(try ClassifierConfiguration(stored: configuration.storedData()) == configuration)
        try withTemporaryFolder { folder in
            let place = ClassifierFolder(folder)
            try Data(text.utf8).write(to: place.configurationFile)
            #expect(try place.isClassifier && place.configuration() == configuration)
        }
    }

    @Test("Data that does not fit, and a loss that is not a number, are typed errors")
    func badData() throws {
        let glyphs = try Small.dataset(.train, count: 64)
        #expect(throws: FeaturesError.unlabelled(dataset: "glyphs.train#0")) {
            try ClassifierTraining(Small.configuration(), on: Unlabelled(base: glyphs))
        }
        var other = Small.configuration()
        other.shape.width = 17
        #expect(throws: FeaturesError.self) { try ClassifierTraining(other, on: glyphs) }
        other = Small.configuration()
        other.classNames[3] = "three"
        #expect(throws: FeaturesError.self) { try ClassifierTraining(other, on: glyphs) }
        #expect(throws: FeaturesError.self) { try ClassifierAccuracy.measure(ImageClassifier(other), on: glyphs) }
        let classifier = try ImageClassifier(Small.configuration())
        let bytes = [UInt8](repeating: 0, count: 256)
        #expect(throws: FeaturesError.self) {
            try classifier.classify(bytes, count: 1, height: 8, width: 32, channels: 1)
        }
        #expect(throws: FeaturesError.self) {
            try classifier.classify(bytes, count: 2, height: 16, width: 16, channels: 1)
        }
        let diverging = try ClassifierTraining(Small.configuration(steps: 20, learningRate: 1e30), on: glyphs)
        let error = #expect(throws: FeaturesError.self) { try diverging.run() }
        guard case .lossNotFinite(let step)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(step > 1)
    }
}
