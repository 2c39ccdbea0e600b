import Autoencoders
import Latents
import Quantization
import TensorTestSupport
import Testing
import Torch

/// A small model.
func makeModel(
    downsampling: Int = 2, channels: Int = 3, layers: Int = 2, branching: Int = 4,
    learning: CodebookLearning = .movingAverage, seed: UInt64 = 1
) throws -> SingleGridAutoencoder {
    try SingleGridAutoencoder(
        network: NetworkSettings(channels: channels, hiddenUnits: 8, residualUnits: 4, downsampling: downsampling),
        quantizer: QuantizerSettings(layers: layers, branching: branching, dimension: 4, learning: learning),
        generator: Generator(seed: seed))
}

/// Random images in [−0.5, 0.5].
func makeImages(_ count: Int, _ channels: Int, _ height: Int, _ width: Int, seed: UInt64 = 2) throws -> Tensor {
    try Tensor.uniform([count, channels, height, width], in: -0.5...0.5, generator: Generator(seed: seed))
        .channelsLast()
}

@Suite("One grid")
struct SingleGridAutoencoderTests {
    @Test("Shapes for grids of a half, a quarter and an eighth", arguments: [2, 4, 8], [1, 3])
    func shapes(_ downsampling: Int, _ channels: Int) throws {
        let model = try makeModel(downsampling: downsampling, channels: channels)
        let images = try makeImages(2, channels, 16, 32)
        let codes = try model.encode(images)
        #expect(codes.grids.map(\.shape) == [[2, 2, 16 / downsampling, 32 / downsampling]])
        #expect(codes.count == 2)
        #expect(try model.decode(codes).shape == [2, channels, 16, 32])
        #expect(
            model.grids(height: 16, width: 32)
                == [LatentGrid(height: 16 / downsampling, width: 32 / downsampling, branchings: [4, 4])])
        #expect(model.bits(height: 16, width: 32) == Double(512 / downsampling / downsampling * 4))
    }

    @Test("Decoding what was encoded is what training sees")
    func verbs() throws {
        let model = try makeModel()
        let images = try makeImages(2, 3, 16, 16)
        let direct = try model.reconstruct(images)
        let trained = try model.forward(images).reconstruction.clamped(to: -0.5...0.5)
        expectClose(
            try direct.array(of: Float.self), try trained.array(of: Float.self), absolute: 1e-4, "as in training")
        #expect(try direct.array(of: Float.self).allSatisfy { abs($0) <= 0.5 })
    }

    @Test("Every parameter gets a gradient, in both ways to learn codewords", arguments: CodebookLearning.allCases)
    func gradients(_ learning: CodebookLearning) throws {
        let model = try makeModel(downsampling: 4, learning: learning)
        let images = try makeImages(8, 3, 16, 16)
        let value = try ReconstructionObjective()(model.forward(images), images: images)
        try value.total.backward()
        for parameter in model.parameters.trainable {
            let gradient = try #require(try parameter.tensor.gradient(), "\(parameter.name) has no gradient")
            #expect(try gradient.norm().item() > 0, "\(parameter.name)")
        }
        #expect(model.parameters.trainable.contains { $0.name.hasPrefix("quantizer.") } == (learning == .gradient))
        let names = value.terms.map(\.name)
        #expect(names.first == "reconstruction" && names.contains("commitment.1") && names.contains("codebook.sum"))
    }

    @Test("Channels-last memory goes through the whole network")
    func memoryFormat() throws {
        let model = try makeModel()
        let images = try makeImages(2, 3, 16, 16)
        #expect(try model.latents(images).isContiguous(.channelsLast))
        #expect(try model.forward(images).reconstruction.isContiguous(.channelsLast))
        #expect(model.parameters["encoder.conv.weight"]?.tensor.isContiguous(.channelsLast) == true)
    }

    @Test("bfloat16 stays near float32, and leaves latents, losses and parameters in float32")
    func bfloat16() throws {
        let model = try makeModel()
        let images = try makeImages(2, 3, 16, 16)
        let exact = try model.latents(images)
        model.precision = .bfloat16
        let rounded = try model.latents(images)
        #expect(rounded.dataType == .float32)
        let difference = try (exact - rounded).norm().item() / exact.norm().item()
        #expect(difference > 0 && difference < 0.03)
        let output = try model.forward(images)
        let total = try ReconstructionObjective()(output, images: images).total
        #expect(total.dataType == .float32 && output.reconstruction.dataType == .float32)
        try total.backward()
        let gradient = try #require(try model.parameters["encoder.conv.weight"]?.tensor.gradient())
        #expect(gradient.dataType == .float32)
    }

    @Test("The same seed gives the same model, another one another")
    func seeds() throws {
        func weights(_ seed: UInt64) throws -> [Float] {
            try makeModel(seed: seed).parameters.all.flatMap { try $0.tensor.array(of: Float.self) }
        }
        #expect(try weights(1) == weights(1))
        #expect(try weights(1) != weights(2))
    }

    @Test("Codes for another number of grids are an error")
    func foreignCodes() throws {
        let model = try makeModel()
        #expect(throws: CodeError.grids(found: 0, expected: 1)) { try model.decode(Codes(grids: [])) }
    }

    @Test("Every setting of the network changes the model")
    func settings() throws {
        func names(_ change: (inout NetworkSettings) -> Void) throws -> [String] {
            var settings = NetworkSettings(channels: 3, hiddenUnits: 8, residualUnits: 4, downsampling: 2)
            change(&settings)
            let model = try SingleGridAutoencoder(
                network: settings, quantizer: QuantizerSettings(layers: 1, branching: 2, dimension: 2),
                generator: Generator(seed: 1))
            return model.parameters.all.map { "\($0.name) \($0.tensor.shape)" }
        }
        let base = try names { _ in }
        #expect(try names { $0.channels = 1 } != base)
        #expect(try names { $0.hiddenUnits = 16 } != base)
        #expect(try names { $0.residualUnits = 8 } != base)
        #expect(try names { $0.residualBlocks = 3 } != base)
        #expect(try names { $0.filterSize = 5 } != base)
        #expect(try names { $0.downsampling = 4 } != base)
    }
}

@Suite("Pixels")
struct PixelTests {
    @Test("8-bit pixels come back exactly, padding added and cropped")
    func roundTrip() throws {
        let pixels = (0..<72).map { UInt8($0 * 3) }
        let batch = try Pixels.batch(pixels, count: 2, height: 3, width: 4, channels: 3, padding: 2)
        #expect(batch.shape == [2, 3, 7, 8])
        #expect(batch.isContiguous(.channelsLast))
        #expect(try Pixels.bytes(batch, padding: 2) == pixels)
        let all = (0...255).map { UInt8($0) }
        #expect(try Pixels.bytes(Pixels.batch(all, count: 1, height: 16, width: 16, channels: 1)) == all)
    }

    @Test("Black is −0.5 and so is the padding; numbers outside of the range are brought into it")
    func range() throws {
        let batch = try Pixels.batch([0, 255], count: 1, height: 1, width: 2, channels: 1, padding: 1)
        let values = try batch.array(of: Float.self)
        #expect(values.min() == -0.5 && values.max() == 0.5)
        #expect(values[0] == -0.5)
        #expect(try Pixels.bytes(Tensor([-9, 9] as [Float], [1, 1, 1, 2])) == [0, 255])
    }
}

@Suite("Large images")
struct TiledReconstructionTests {
    @Test("Tiles give what one pass gives", arguments: [2, 4, 8])
    func tiles(_ downsampling: Int) throws {
        let model = try makeModel(downsampling: downsampling)
        let images = try makeImages(1, 3, 160, 264)
        let whole = try model.reconstruct(images).array(of: Float.self)
        let tiled = try model.reconstructTiled(images, tile: 48).array(of: Float.self)
        // A code on the edge between two codewords may fall to either side.
        let same = zip(whole, tiled).count { abs($0 - $1) < 1e-4 }
        #expect(Double(same) > 0.995 * Double(whole.count))
    }
}
