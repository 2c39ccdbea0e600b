import Autoencoders
import Latents
import Quantization
import TensorTestSupport
import Testing
import Torch

/// A small VQ-VAE-2.
func makeVQVAE2(
    levels: Int = 3, downsampling: Int = 2, channels: Int = 3, branching: Int = 8,
    learning: CodebookLearning = .movingAverage, seed: UInt64 = 1
) throws -> VQVAE2 {
    try VQVAE2(
        network: NetworkSettings(channels: channels, hiddenUnits: 8, residualUnits: 4, downsampling: downsampling),
        levels: levels,
        quantizer: QuantizerSettings(
            structure: .flat, layers: 1, branching: branching, dimension: 4, learning: learning),
        generator: Generator(seed: seed))
}

@Suite("VQ-VAE-2")
struct VQVAE2Tests {
    @Test("A grid a level, the top level first", arguments: [(1, 2, 1), (2, 4, 3), (3, 2, 3), (4, 2, 1)])
    func shapes(_ levels: Int, _ downsampling: Int, _ channels: Int) throws {
        let model = try makeVQVAE2(levels: levels, downsampling: downsampling, channels: channels)
        let coarsest = downsampling << (levels - 1)
        #expect(model.downsampling == coarsest)
        let images = try makeImages(2, channels, 2 * coarsest, 3 * coarsest)
        let codes = try model.encode(images)
        let expected = (0..<levels).map { [2, 1, 2 << $0, 3 << $0] }
        #expect(codes.grids.map(\.shape) == expected)
        #expect(try model.decode(codes).shape == images.shape)
        let grids = model.grids(height: 2 * coarsest, width: 3 * coarsest)
        let sizes = grids.map { [2, 1, $0.height, $0.width] }
        #expect(sizes == expected)
        #expect(grids.allSatisfy { $0.branchings == [8] })
    }

    @Test("Decoding what was encoded is what training sees")
    func verbs() throws {
        let model = try makeVQVAE2()
        let images = try makeImages(2, 3, 16, 24)
        let direct = try model.reconstruct(images)
        let trained = try model.forward(images).reconstruction.clamped(to: -0.5...0.5)
        expectClose(
            try direct.array(of: Float.self), try trained.array(of: Float.self), absolute: 1e-4, "as in training")
    }

    @Test("Every parameter gets a gradient, in both ways to learn codewords", arguments: CodebookLearning.allCases)
    func gradients(_ learning: CodebookLearning) throws {
        let model = try makeVQVAE2(learning: learning)
        let images = try makeImages(8, 3, 32, 32)
        let value = try ReconstructionObjective()(model.forward(images), images: images)
        try value.total.backward()
        for parameter in model.parameters.trainable {
            let gradient = try #require(try parameter.tensor.gradient(), "\(parameter.name) has no gradient")
            #expect(try gradient.norm().item() > 0, "\(parameter.name)")
        }
        #expect(model.parameters.trainable.contains { $0.name.hasPrefix("quantizers.") } == (learning == .gradient))
        #expect(value.terms.map(\.name).contains("2.commitment.0"))
    }

    @Test("The image depends on every level, and a level on the one above")
    func dependence() throws {
        let model = try makeVQVAE2()
        let images = try makeImages(1, 3, 16, 16)
        let codes = try model.encode(images)
        let decoded = try model.decode(codes).array(of: Float.self)
        for level in 0..<3 {
            var changed = codes
            changed.grids[level] = try ((codes.grids[level] + 3).to(.int32)).remainder(Tensor([8 as Int32], []))
            #expect(try model.decode(changed).array(of: Float.self) != decoded)
        }
        // Opposite latents have other nearest codewords, which is what the level below sees of them.
        for level in [2, 1] {
            let latents = try [5.0, -5].map { bias in
                try model.parameters["projections.\(level).bias"]?.tensor.detached().fillInPlace(bias)
                return try model.latents(images).map { try $0.array(of: Float.self) }
            }
            for index in [2 - level, 3 - level] { #expect(latents[0][index] != latents[1][index], "level \(level)") }
        }
    }

    @Test("The vectors that a quantizer is started from are those that it sees")
    func vectors() throws {
        let model = try makeVQVAE2()
        let images = try makeImages(2, 3, 16, 16)
        let outputs = try model.forward(images).quantizers
        for index in 0..<3 {
            expectClose(
                try model.vectors(images, quantizer: index).array(of: Float.self),
                try #require(outputs[index] as? ResidualQuantizer.Output).vectors.array(of: Float.self), absolute: 1e-5)
        }
    }

    @Test("Codes for another number of levels are an error")
    func foreignCodes() throws {
        let model = try makeVQVAE2()
        let other = try makeVQVAE2(levels: 2)
        let codes = try other.encode(makeImages(1, 3, 16, 16))
        #expect(throws: CodeError.grids(found: 2, expected: 3)) { try model.decode(codes) }
    }

    @Test("Tiles give what one pass gives")
    func tiles() throws {
        let model = try makeVQVAE2(levels: 2)
        let images = try makeImages(1, 3, 160, 264)
        let whole = try model.reconstruct(images).array(of: Float.self)
        let tiled = try model.reconstructTiled(images, tile: 64).array(of: Float.self)
        let same = zip(whole, tiled).count { abs($0 - $1) < 1e-4 }
        #expect(Double(same) > 0.99 * Double(whole.count))
    }

    @Test("bfloat16 leaves latents, losses and parameters in float32")
    func bfloat16() throws {
        let model = try makeVQVAE2()
        model.precision = .bfloat16
        let images = try makeImages(1, 3, 16, 16)
        let output = try model.forward(images)
        let total = try ReconstructionObjective()(output, images: images).total
        #expect(total.dataType == .float32 && output.quantizers.allSatisfy { $0.quantized.dataType == .float32 })
    }
}
