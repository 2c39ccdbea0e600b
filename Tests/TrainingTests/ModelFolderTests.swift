import Autoencoders
import Datasets
import Files
import Foundation
import Images
import Metrics
import Quantization
import Settings
import TestSupport
import Testing
import Torch
import Training

@Suite("Models on disk", .serialized)
struct ModelFolderTests {
    @Test("A model that was saved reconstructs as before, and its codebooks are not initialised again")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            try train(tiny(), in: folder)
            let (configuration, model) = try ModelFolder(folder).load()
            #expect(configuration.training.steps == 6)
            for quantizer in model.quantizers { #expect(try quantizer.isInitialized()) }
            let copy = folder.appendingPathComponent("copy")
            try AtomicFolder.create(copy)
            try ModelFolder(copy).save(configuration, parameters: model.parameters.state(), step: 6)
            #expect(try weights(copy) == weights(folder))
            let images = try Tensor.uniform([2, 1, 32, 32], in: -0.5...0.5, generator: Generator(seed: 3))
                .channelsLast()
            let other = try ModelFolder(copy).load().model
            #expect(
                try model.reconstruct(images).array(of: Float.self)
                    == other.reconstruct(images).array(of: Float.self))
        }
    }

    @Test("The model holds the averaged weights")
    func averaged() throws {
        try withTemporaryFolder { folder in
            try train(tiny(["training.averagingDecay=0.9"]), in: folder)
            let model = try Safetensors.read(folder.appendingPathComponent("model.safetensors")).tensors
            let checkpoint = RunFolder(folder).checkpoint(6)
            let averages = try Safetensors.read(checkpoint.appendingPathComponent("averages.safetensors")).tensors
            let last = try Safetensors.read(checkpoint.appendingPathComponent("weights.safetensors")).tensors
            let name = "encoder.conv.weight"
            let found = try #require(model[name]).array(of: Float.self)
            #expect(try found == #require(averages[name]).array(of: Float.self))
            #expect(try found != #require(last[name]).array(of: Float.self))
        }
    }

    @Test("Missing, cut off and misfitting files are errors that say which")
    func damaged() throws {
        try withTemporaryFolder { root in
            #expect(throws: FileError.self) { try ModelFolder(root.appendingPathComponent("no")).load() }
            let folder = root.appendingPathComponent("run")
            try train(tiny(), in: folder)
            let configurationFile = folder.appendingPathComponent("config.json")
            let weightsFile = folder.appendingPathComponent("model.safetensors")
            let text = try String(contentsOf: configurationFile, encoding: .utf8)
            let good = try weights(folder)

            for part in ["", String(text.prefix(text.count / 2)), "[]", "{\"model\":{\"hidenUnits\":8}}"] {
                try AtomicFile.write(part, to: configurationFile)
                let error = #expect(throws: ConfigurationError.self) { try ModelFolder(folder).load() }
                #expect("\(try #require(error))".contains("config.json"))
            }
            try AtomicFile.write(
                text.replacingOccurrences(of: "\"branching\" : 4", with: "\"branching\" : 5")
                    .replacingOccurrences(of: "\"residualUnits\" : 8", with: "\"residualUnits\" : 4"),
                to: configurationFile)
            let misfit = #expect(throws: TorchError.self) { try ModelFolder(folder).load() }
            let problems = "\(try #require(misfit))"
            #expect(problems.contains("quantizer.codebooks.0") && problems.contains("encoder.residual.0.conv1.weight"))
            #expect(problems.contains("decoder.residual.0.conv2.weight"))

            try AtomicFile.write(text, to: configurationFile)
            for length in [0, 5, 100, good.count / 2, good.count - 1] {
                try good.prefix(length).write(to: weightsFile)
                let error = #expect(throws: FileError.self) { try ModelFolder(folder).load() }
                #expect("\(try #require(error))".contains("model.safetensors"))
            }
            try FileManager.default.removeItem(at: weightsFile)
            #expect(throws: FileError.self) { try ModelFolder(folder).load() }
        }
    }

    @Test("Every preset makes a model of the paper's grid and rate", arguments: Preset.allCases)
    func presets(_ preset: Preset) throws {
        let configuration = try preset.configuration()
        let model = try configuration.makeAutoencoder()
        let description = ModelDescription(configuration, model)
        #expect(abs(description.compression - configuration.compressionRate) < 1e-9)
        #expect(description.layers.count == configuration.quantizer.layers * configuration.model.levels)
        let codewords: [Int] = try (0..<configuration.model.levels).flatMap { _ in
            try configuration.codewordsPerLayer()
        }
        #expect(description.layers.map(\.codewords) == codewords)
        let counted =
            description.encoderParameters + description.codebookParameters + description.decoderParameters
        #expect(counted == model.parameters.all.reduce(0) { $0 + $1.tensor.count })
        if preset == .vqvae2FFHQ {
            #expect(abs(description.compression - 130.03) < 0.01 && description.text.contains("130.0"))
            #expect(description.layers.map(\.height) == [8, 16, 32] && description.text.contains("3×512"))
            #expect(description.text.contains("level 3") && description.text.contains("8×8 grid"))
        }
        if preset == .ffhq {
            #expect(abs(description.compression - 170.67) < 0.01)
            #expect(description.layers.map(\.codewords) == [8, 64, 512] && description.distancesPerPosition == 24)
            #expect(description.text.contains("170.7"))
        }
    }
}

@Suite("Folders of other models")
struct OtherModelTests {
    @Test("A classifier is known by what it says it is, and no autoencoder by the names of classes")
    func classifier() throws {
        try withTemporaryFolder { folder in
            let file = ModelFolder(folder).configurationFile
            try AtomicFile.write(#"{"formatVersion": 1, "model": "classifier", "classNames": ["a", "b"]}"#, to: file)
            let error = #expect(throws: FileError.self) { try ModelFolder(folder).configuration() }
            #expect("\(try #require(error))".contains("holds a classifier"))
            try AtomicFile.write(#"{"classNames": ["a", "b"]}"#, to: file)
            #expect(throws: ConfigurationError.self) { try ModelFolder(folder).configuration() }
        }
    }
}

@Suite("Measuring and tokenizing", .serialized)
struct EvaluationTests {
    @Test("The report agrees with numbers computed by hand from the model's reconstructions")
    func report() throws {
        try withTemporaryFolder { folder in
            try train(tiny(), in: folder)
            let (configuration, model) = try ModelFolder(folder).load()
            let dataset = try configuration.data.open(nil, split: .test)
            let report = try Evaluator(model: model, configuration: configuration, device: .cpu)
                .evaluate(dataset, limit: 20)
            var error = 0.0
            let reader = try SequentialReader(dataset: dataset, batchSize: 20, limit: 20)
            let chosen = try #require(try reader.next()).indices
            #expect(chosen == chosen.sorted() && chosen.count == 20 && chosen[19] > dataset.count / 2)
            for index in chosen {
                let image = try dataset.item(at: index, crop: .centre)
                let tensor = try Pixels.batch(
                    image.pixels, count: 1, height: 28, width: 28, channels: 1, padding: configuration.data.padding)
                let back = try Pixels.bytes(model.reconstruct(tensor), padding: configuration.data.padding)
                error +=
                    zip(image.pixels, back).reduce(0.0) {
                        $0 + pow((Double($1.0) - Double($1.1)) / 255, 2)
                    } / Double(28 * 28) / 20
            }
            #expect(abs(report.mse - error) < 1e-6 + 1e-4 * error)
            #expect(report.images == 20 && report.skipped.isEmpty && report.msSSIM == nil)
            #expect(abs(report.bitsPerPixel - 256 * 2 * 2 / 784) < 1e-9 && report.imagesPerSecond > 0)
            #expect(report.layers.map(\.codewords) == [4, 16])
            let decoded = try JSONDecoder().decode(EvaluationReport.self, from: report.json())
            #expect(decoded == report)
            let keys = try #require(try JSONSerialization.jsonObject(with: report.json()) as? [String: Any]).keys
            for key in ["mse", "psnr", "ssim", "msSSIM", "bitsPerPixel", "imagesPerSecond", "images", "layers"] {
                #expect(keys.contains(key))
            }
            #expect(report.prefixes == nil && keys.contains("prefixes"))
        }
    }

    @Test(
        "What the first layers give is what an evaluation of these layers gives",
        arguments: [[], ["model.kind=vqvae2", "model.levels=2", "quantizer.layers=1", "quantizer.betaSum=0"]])
    func prefixes(_ kind: [String]) throws {
        try withTemporaryFolder { folder in
            try train(tiny(kind), in: folder)
            let (configuration, model) = try ModelFolder(folder).load()
            let dataset = try configuration.data.open(nil, split: .test)
            let evaluator = Evaluator(model: model, configuration: configuration, device: .cpu)
            let whole = try evaluator.evaluate(dataset, limit: 20, prefixes: true)
            let prefixes = try #require(whole.prefixes)
            #expect(prefixes.map(\.layers) == [1, 2])
            #expect(prefixes[1].mse == whole.mse && prefixes[1].psnr == whole.psnr)
            #expect(prefixes[1].bitsPerPixel == whole.bitsPerPixel)
            let first = try evaluator.evaluate(dataset, limit: 20, layers: 1, prefixes: true)
            #expect(first.mse == prefixes[0].mse && first.psnr == prefixes[0].psnr && first.mse != whole.mse)
            #expect(first.bitsPerPixel == prefixes[0].bitsPerPixel && first.bitsPerPixel < whole.bitsPerPixel)
            #expect(first.layers == [whole.layers[0]] && first.prefixes?.count == 1)
            #expect(whole.text.contains("from layer 1") && whole.text.contains("from layers 1–2"))
            #expect(try JSONDecoder().decode(EvaluationReport.self, from: whole.json()) == whole)
            #expect(throws: CodeError.layers(asked: 3, available: 2)) {
                try evaluator.evaluate(dataset, limit: 2, layers: 3)
            }
        }
    }

    @Test("Codes of a data set decode to what the model reconstructs")
    func tokenizer() throws {
        try withTemporaryFolder { folder in
            try train(tiny(), in: folder)
            let (configuration, model) = try ModelFolder(folder).load()
            let dataset = try configuration.data.open(nil, split: .test)
            let url = folder.appendingPathComponent("codes.safetensors")
            let (count, skipped) = try Tokenizer(model: model, configuration: configuration, device: .cpu)
                .write(dataset, split: .test, limit: 10, to: url)
            let (tensors, metadata) = try Safetensors.read(url)
            let codes = try #require(tensors["codes"])
            #expect(count == 10 && skipped.isEmpty && codes.shape == [10, 2, 16, 16] && codes.dataType == .uint8)
            #expect(metadata["branching"] == "4,4" && metadata["split"] == "test")
            let labels = try #require(tensors["labels"]).array(of: Int64.self)
            let indices = try #require(tensors["indices"]).array(of: Int64.self).map(Int.init)
            #expect(indices == indices.sorted() && Set(indices).count == 10 && Set(labels).count > 3)
            #expect(labels == indices.map { Int64(dataset.label(at: $0) ?? -1) })
            let image = try dataset.item(at: indices[3], crop: .centre)
            let tensor = try Pixels.batch(
                image.pixels, count: 1, height: 28, width: 28, channels: 1, padding: configuration.data.padding)
            let fromCodes = try model.decode(Codes(grids: [codes.narrowed(axis: 0, 3..<4)]))
            let same = zip(
                try fromCodes.array(of: Float.self), try model.reconstruct(tensor).array(of: Float.self)
            ).count { abs($0 - $1) < 1e-4 }
            #expect(same > 1000)
        }
    }

    @Test("The border of training counts towards the grid: 28×28 pixels with a border of 2 need no more")
    func border() throws {
        let overrides = [
            "model.kind=vqvae2", "model.levels=3", "quantizer.layers=1", "quantizer.betaSum=0",
        ]
        let model = try tiny(overrides).makeAutoencoder()
        #expect(model.downsampling == 8)
        for (side, filled) in [(28, 28), (29, 36), (1, 4)] {
            let image = try PixelImage(
                width: side, height: side, channels: 1, pixels: Array(repeating: 9, count: side * side))
            let result = try image.filling(model, border: 2)
            #expect(result.width == filled && result.height == filled)
        }
    }

    @Test("An image of any size keeps its size")
    func anySize() throws {
        try withTemporaryFolder { folder in
            try train(tiny(), in: folder)
            let model = try ModelFolder(folder).load().model
            for (width, height) in [(1, 1), (17, 5), (64, 33)] {
                let image = try PixelImage(
                    width: width, height: height, channels: 1,
                    pixels: (0..<width * height).map { UInt8(truncatingIfNeeded: $0 * 7) })
                let back = try ImageReconstruction.reconstruct(image, model, on: .cpu, tile: 32)
                #expect(back.width == width && back.height == height)
            }
        }
    }
}
