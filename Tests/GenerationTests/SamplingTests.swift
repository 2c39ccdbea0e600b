import Autoencoders
import Datasets
import Files
import Foundation
import Images
import Latents
import Priors
import Quantization
import Settings
import Testing
import Torch
import Training

@testable import Generation

@Suite("Sampling and completing images")
struct SamplingTests {
    /// A model of the tiny preset, and priors of its codes that were not trained.
    private struct Subject {
        let decoder: CodeDecoder
        let priors: PriorSet
        let dataset: any ImageDataset

        init(_ overrides: [String] = [], device: Device = .cpu) throws {
            let configuration = try RunConfiguration.resolve(preset: "hrvqvae-tiny", overrides: overrides)
            let model = try configuration.makeAutoencoder(seed: 1)
            for quantizer in model.quantizers { try quantizer.markInitialized() }
            dataset = try configuration.data.open(nil, split: .train)
            decoder = try CodeDecoder(model, configuration, device: .cpu)
            var space = decoder.space
            space.classNames = dataset.classNames
            let prior = try PriorPreset.tiny.configuration()
            let networks = try space.layers.indices.map { layer in
                try PixelSNAIL(
                    prior.resolved(layer: layer, of: space.layers.count).settings(layer: layer, in: space),
                    generator: Generator(seed: UInt64(layer)), device: device)
            }
            priors = PriorSet(space: space, networks: networks, path: "prior")
        }
    }

    @Test("The same seed gives the same images whatever their number; classes come in turn")
    func seeds() throws {
        let subject = try Subject()
        let sampler = try ImageSampler(subject.priors)
        func sample(_ count: Int, first: Int = 0, seed: UInt64 = 3) throws -> (codes: [[Int32]], labels: [Int]?) {
            let result = try #require(
                try sampler.sample(.init(count: count, firstImage: first, classes: [1, 4], seed: seed)))
            let grid = result.codes.grids[0]
            let images = try (0..<count).map { try grid.selected(axis: 0, $0).array(of: Int32.self) }
            return (images, result.labels)
        }
        let five = try sample(5)
        #expect(five.labels == [1, 4, 1, 4, 1])
        #expect(try sample(2).codes == Array(five.codes[..<2]))
        #expect(try sample(2, first: 3).codes == Array(five.codes[3...]))
        #expect(try sample(5, seed: 4).codes != five.codes)
        let settings = subject.priors.space.layers.map(\.choices)
        #expect(five.codes.allSatisfy { $0.allSatisfy { $0 >= 0 && Int($0) < (settings.max() ?? 0) } })
    }

    @Test(
        "Priors of every kind of model give codes that it decodes",
        arguments: [
            ["model.kind=vqvae2", "model.levels=3", "quantizer.layers=1", "quantizer.betaSum=0"],
            ["model.kind=vqvae", "quantizer.layers=1", "quantizer.branching=16", "quantizer.betaSum=0"],
            ["model.kind=rqvae", "quantizer.layers=2", "quantizer.betaSum=0"],
        ])
    func models(_ overrides: [String]) throws {
        let subject = try Subject(overrides)
        let space = subject.priors.space
        #expect(space.layers.count == [3, 1, 2][["vqvae2", "vqvae", "rqvae"].firstIndex(of: space.kind) ?? 0])
        // Of VQ-VAE-2 the coarsest grid is first, and finer ones are told of all before them.
        #expect(space.grids.map(\.height) == space.grids.map(\.height).sorted())
        #expect(subject.priors.networks.map(\.settings.conditions.count) == Array(space.layers.indices))
        let result = try #require(try ImageSampler(subject.priors).sample(.init(count: 3, classes: [2], seed: 1)))
        #expect(try subject.decoder.images(result.codes).count == 3)
        let prior = try PriorLikelihood(
            subject.priors,
            CodesFile(codes: result.codes, indices: [0, 1, 2], labels: [2, 2, 2], space: space), path: "codes")
        #expect(prior.layers.map(\.choices) == space.layers.map(\.choices))
    }

    @Test(
        "Priors on a GPU give the processor's codes in nearly all positions",
        .enabled(if: Engine.cudaUnavailability == nil))
    func gpu() throws {
        let request = ImageSampler.Request(count: 70, classes: [1, 4], seed: 3)
        let subject = try Subject()
        let expected = try #require(try ImageSampler(subject.priors).sample(request))
        let priors = try Subject(device: .cuda).priors
        let found = try #require(try ImageSampler(priors, device: .cuda).sample(request))
        #expect(found.labels == expected.labels)
        for (left, right) in zip(found.codes.grids, expected.codes.grids) {
            #expect(left.shape == right.shape)
            let pairs = try zip(left.array(of: Int32.self), right.array(of: Int32.self))
            // From the first difference on an image is another one, and its later layers are.
            #expect(pairs.count { $0 == $1 } * 10 > right.count * 8)
        }
        let kept = ImageSampler.Kept(
            codes: found.codes,
            masks: priors.space.layers.map { Array(repeating: true, count: $0.positions) })
        let same = try #require(try ImageSampler(priors, device: .cuda).sample(request, kept: kept))
        for (left, right) in zip(same.codes.grids, found.codes.grids) {
            #expect(try left.array(of: Int32.self) == right.array(of: Int32.self))
        }
    }

    @Test("Codes decode to images of the data's shape, and images to codes")
    func decoding() throws {
        let subject = try Subject()
        let images = try (0..<3).map { try subject.dataset.item(at: $0, crop: .centre) }
        let codes = try subject.decoder.encode(images)
        let decoded = try subject.decoder.images(codes)
        #expect(decoded.count == 3)
        #expect(decoded[0].width == images[0].width && decoded[0].channels == images[0].channels)
        #expect(try subject.decoder.pixels(codes) == decoded.flatMap(\.pixels))
    }

    @Test("A completion keeps the codes of the kept area in every layer, and draws the others")
    func completion() throws {
        let subject = try Subject()
        let image = try subject.dataset.item(at: 0, crop: .centre)
        let area = try #require(KeptArea("top:0.5"))
        let completion = try ImageCompletion(
            ImageSampler(subject.priors), subject.decoder, keeping: area, path: "model")
        let results = try #require(try completion.complete([image, image], .init(count: 3, seed: 1)))
        #expect(results.count == 2 && results.allSatisfy { $0.completions.count == 3 })
        #expect(results[0].completions[0] != results[0].completions[1])
        #expect(results[0].kept.pixels.last == 128)
        let everything = try ImageCompletion(
            ImageSampler(subject.priors), subject.decoder, keeping: .side(.top, share: 1), path: "model")
        let same = try #require(try everything.complete([image], .init(count: 1, seed: 1)))
        #expect(try same[0].completions == subject.decoder.images(subject.decoder.encode([image])))
    }

    @Test(
        "Kept areas",
        arguments: [
            ("top:0.5", [true, true, true, true, false, false, false, false]),
            ("bottom:0.5", [false, false, false, false, true, true, true, true]),
            ("left:0.25", [true, false, false, false, true, false, false, false]),
            ("right:0.5", [false, false, true, true, false, false, true, true]),
        ])
    func areas(_ text: String, _ expected: [Bool]) throws {
        #expect(try #require(KeptArea(text)).pixels(height: 2, width: 4) == expected)
    }

    @Test("What is no area", arguments: ["top:1.5", "top:", "left:x", "", "bottom:-1"])
    func noArea(_ text: String) { #expect(KeptArea(text) == nil) }

    @Test("A position stays where all of its pixels do, and the border counts as the image's edge")
    func masks() throws {
        var data = DataConfiguration()
        (data.height, data.width, data.padding, data.channels) = (6, 6, 1, 1)
        let space = CodeSpace(
            model: "", kind: "hrvqvae", grids: [.init(height: 4, width: 4, branchings: [2, 2])], isHierarchical: true,
            imageDimensions: 36)
        // Four of six rows: with the border above, the grid's rows cover pixels 0, 1–2, 3–4 and 5.
        let masks = try KeptArea.side(.top, share: 4.0 / 6).masks(space, data)
        let rows = [true, true, false, false].flatMap { Array(repeating: $0, count: 4) }
        #expect(masks == [rows, rows])
    }

    @Test("A mask of another size is refused")
    func wrongMask() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("mask.png").path
        try PixelImage(width: 3, height: 2, channels: 1, pixels: [0, 255, 0, 255, 127, 128]).writePNG(to: path)
        #expect(
            try KeptArea.mask(path: path).pixels(height: 2, width: 3) == [false, true, false, true, false, true])
        let error = try #require(throws: PriorError.self) {
            try KeptArea.mask(path: path).pixels(height: 3, width: 3)
        }
        #expect(error.description.contains("3×2") && error.description.contains("3×3"))
    }

    @Test("Priors of another model are refused")
    func otherModel() throws {
        let subject = try Subject()
        let configuration = try Preset.tiny.configuration()
        let other = try CodeDecoder(configuration.makeAutoencoder(seed: 2), configuration, device: .cpu)
        #expect(throws: PriorError.self) { try subject.priors.check(other.space, path: "other") }
        try subject.priors.check(subject.decoder.space, path: "own")
    }

    @Test("Sampling stops when asked, and who was always told the class must be told it")
    func stopping() throws {
        let subject = try Subject()
        #expect(try ImageSampler(subject.priors).sample(.init(count: 3, seed: 1), shouldStop: { true }) == nil)
        var priors = subject.priors
        priors.needsClass = true
        #expect(throws: PriorError.classNeeded(path: "prior")) {
            try ImageSampler(priors).sample(.init(count: 1, seed: 1))
        }
        _ = try ImageSampler(priors).sample(.init(count: 1, classes: [1], seed: 1))
    }

    @Test("A copy of a training image is found to be one")
    func nearest() throws {
        let subject = try Subject()
        let copy = try subject.dataset.item(at: 17, crop: .centre)
        var changed = copy.pixels
        changed[0] = changed[0] > 127 ? 0 : 255
        let near = try PixelImage(width: copy.width, height: copy.height, channels: copy.channels, pixels: changed)
        let found = try NearestImages.search(for: [copy, near], in: subject.dataset, limit: nil)
        let distance = try subject.dataset.item(at: found[0].index, crop: .centre)
        #expect(distance == copy)
        #expect(found[0].distance < 1e-6)
        #expect(found[1].distance > 1e-6)
    }

    @Test(
        "Classes by name and number, also names with commas",
        arguments: [
            ("1,wren", [1, 4]), ("kite, hawk", [2]), ("kite", [1]), ("kite, hawk, owl,kite,0", [3, 1, 0]),
            ("owl,  kite, hawk ", [0, 2]),
        ])
    func classNames(_ list: String, _ expected: [Int]) throws {
        var space = SyntheticCodes.space
        space.classNames = ["owl", "kite", "kite, hawk", "kite, hawk, owl", "wren"]
        #expect(try space.classNumbers(list) == expected)
        for wrong in ["", "kite,", "hawk", "5"] {
            #expect(throws: PriorError.self) { try space.classNumbers(wrong) }
        }
    }
}
