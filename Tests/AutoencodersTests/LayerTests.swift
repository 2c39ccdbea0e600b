import Autoencoders
import Quantization
import TensorTestSupport
import Testing
import Torch

/// Pictures from the first layers of codes, whatever the model.
@Suite("First layers of models")
struct LayerTests {
    enum Kind: CaseIterable, Sendable {
        case hrvqvae, rqvae, vqvae, vqvae2

        func model() throws -> any Autoencoder {
            switch self {
            case .hrvqvae: try makeModel(layers: 3)
            case .rqvae, .vqvae:
                try SingleGridAutoencoder(
                    network: NetworkSettings(channels: 3, hiddenUnits: 8, residualUnits: 4, downsampling: 2),
                    quantizer: QuantizerSettings(
                        structure: .flat, layers: self == .vqvae ? 1 : 3, branching: 4, dimension: 4),
                    generator: Generator(seed: 1))
            case .vqvae2: try makeVQVAE2()
            }
        }

        var layers: Int { self == .vqvae ? 1 : 3 }
    }

    /// The first layers of codes, and nothing else.
    private func first(_ layers: Int, of codes: Codes) throws -> Codes {
        if codes.grids.count > 1 { return Codes(grids: Array(codes.grids.prefix(layers))) }
        return Codes(grids: [try codes.grids[0].narrowed(axis: 1, 0..<layers)])
    }

    @Test(
        "Codes of the first layers alone decode as all codes do from these layers, and as in training",
        arguments: Kind.allCases)
    func decoding(_ kind: Kind) throws {
        let model = try kind.model()
        #expect(model.layers == kind.layers)
        let images = try makeImages(2, 3, 16, 24)
        let codes = try model.encode(images)
        var pictures: [[Float]] = []
        for layers in 1...model.layers {
            let picture = try model.decode(codes, layers: layers)
            #expect(picture.shape == images.shape)
            let numbers = try picture.array(of: Float.self)
            #expect(try model.decode(first(layers, of: codes), layers: layers).array(of: Float.self) == numbers)
            let trained = try model.forward(images, layers: [layers, layers]).reconstruction.clamped(to: -0.5...0.5)
            expectClose(numbers, try trained.array(of: Float.self), absolute: 1e-4, "\(layers) layers")
            #expect(!pictures.contains(numbers), "layer \(layers) adds nothing")
            pictures.append(numbers)
        }
        #expect(try model.decode(codes).array(of: Float.self) == pictures.last)
    }

    @Test("Reconstructions are what codes decode to", arguments: Kind.allCases)
    func reconstruction(_ kind: Kind) throws {
        let model = try kind.model()
        let images = try makeImages(2, 3, 16, 24)
        #expect(
            try model.reconstruct(images).array(of: Float.self)
                == model.decode(model.encode(images)).array(of: Float.self))
    }

    @Test("Codes that a model cannot have made are refused, in the layers that are decoded", arguments: Kind.allCases)
    func foreign(_ kind: Kind) throws {
        let model = try kind.model()
        var codes = try model.encode(makeImages(2, 3, 16, 16))
        let branching = kind == .vqvae2 ? 8 : 4
        for wrong in [branching, -1] {
            let last = codes.grids[codes.grids.count - 1]
            let changed = try last.to(.float32).to(.int32)
            let layer = changed.size(1) - 1
            try changed.selected(axis: 1, layer).fillInPlace(Double(wrong))
            codes.grids[codes.grids.count - 1] = changed
            #expect(throws: CodeError.range(layer: layer, found: wrong, branching: branching)) {
                try model.decode(codes)
            }
            if kind.layers > 1 { _ = try model.decode(codes, layers: kind.layers - 1) }
        }
    }

    @Test("Selected codes are known to be a model's, until a grid is replaced")
    func known() throws {
        let model = try Kind.hrvqvae.model()
        let codes = try model.encode(makeImages(3, 3, 16, 16))
        #expect(codes.branchings == [[4, 4, 4]])
        var some = try codes.selected { try $0.narrowed(axis: 0, 1..<3) }
        #expect(some.count == 2 && some.branchings == codes.branchings)
        #expect(
            try some.layer(2).array(of: Int32.self)
                == codes.grids[0].selected(axis: 1, 2).narrowed(axis: 0, 1..<3).array(of: Int32.self))
        some.grids = codes.grids
        #expect(some.branchings == nil && Codes(grids: codes.grids).branchings == nil)
    }

    @Test("Every image has its own number of layers", arguments: [Kind.hrvqvae, .rqvae, .vqvae2])
    func mixed(_ kind: Kind) throws {
        let model = try kind.model()
        let images = try makeImages(3, 3, 16, 16)
        let mixed = try model.forward(images, layers: [2, 3, 1])
        for (image, layers) in [2, 3, 1].enumerated() {
            let alike = try model.forward(images, layers: [layers, layers, layers]).reconstruction
            expectClose(
                try mixed.reconstruction.selected(axis: 0, image).array(of: Float.self),
                try alike.selected(axis: 0, image).array(of: Float.self), absolute: 1e-5, "image \(image)")
        }
        let whole = try model.forward(images)
        let objective = ReconstructionObjective()
        #expect(
            try objective(model.forward(images, layers: [3, 3, 3]), images: images).total.item()
                == objective(whole, images: images).total.item())
        for (mine, theirs) in zip(mixed.quantizers, whole.quantizers) {
            let mine = try #require(mine as? ResidualQuantizer.Output)
            let theirs = try #require(theirs as? ResidualQuantizer.Output)
            #expect(
                try mine.assignment.indices.array(of: Int32.self) == theirs.assignment.indices.array(of: Int32.self),
                "what is left out is encoded nevertheless")
            for (mine, theirs) in zip(mine.loss.commitment, theirs.loss.commitment) {
                expectClose([try mine.item()], [try theirs.item()], absolute: 1e-7)
            }
        }
    }

    @Test("More layers than there are, or none, are an error in every model", arguments: Kind.allCases)
    func range(_ kind: Kind) throws {
        let model = try kind.model()
        let images = try makeImages(2, 3, 16, 16)
        let codes = try model.encode(images)
        for layers in [-1, 0, kind.layers + 1] {
            let error = CodeError.layers(asked: layers, available: kind.layers)
            #expect(throws: error) { try model.decode(codes, layers: layers) }
            #expect(throws: error) { try model.forward(images, layers: [1, layers]) }
        }
    }

    @Test("Fewer codes than layers are an error")
    func missing() throws {
        let images = try makeImages(1, 3, 16, 16)
        let levels = try makeVQVAE2()
        let coarse = try first(2, of: levels.encode(images))
        #expect(throws: CodeError.grids(found: 2, expected: 3)) { try levels.decode(coarse) }
        #expect(throws: CodeError.grids(found: 2, expected: 3)) { try levels.decode(coarse, layers: 3) }
        #expect(throws: CodeError.grids(found: 0, expected: 1)) { try levels.decode(Codes(grids: []), layers: 1) }
        let model = try makeModel(layers: 3)
        let one = try first(1, of: model.encode(images))
        #expect(throws: CodeError.shape(found: [1, 1, 8, 8], layers: 3)) { try model.decode(one, layers: 2) }
    }

    @Test("VQ-VAE-2: a finer level that is left out is zero, as codewords of zero would be")
    func zeros() throws {
        let model = try makeVQVAE2()
        let codes = try model.encode(makeImages(1, 3, 16, 16))
        let coarse = try model.decode(codes, layers: 1).array(of: Float.self)
        for level in 0..<2 { try model.parameters["quantizers.\(level).codebooks.0"]?.tensor.detached().fillInPlace(0) }
        #expect(try model.decode(codes).array(of: Float.self) == coarse)
    }

    @Test(
        "The reconstruction's gradient reaches what is kept: by straight-through, one",
        arguments: [Kind.hrvqvae, .vqvae2])
    func gradients(_ kind: Kind) throws {
        let images = try makeImages(2, 3, 16, 16)
        // The last convolution before the quantizer that is applied last.
        let name = kind == .vqvae2 ? "projections.0.weight" : "encoder.project.weight"
        func gradient(_ layers: [Int]?, _ loss: (ObjectiveValue) -> Tensor) throws -> Float {
            let model = try kind.model()
            let output = try model.forward(images, layers: layers)
            try loss(ReconstructionObjective()(output, images: images)).backward()
            return try model.parameters[name]?.tensor.gradient()?.norm().item() ?? 0
        }
        #expect(try gradient(nil) { $0.terms[0].value } > 0)
        #expect(try gradient([1, 3]) { $0.terms[0].value } > 0)
        // Nothing of VQ-VAE-2's finest level is in a picture of the coarsest; a residual quantizer has one encoder.
        #expect(try (gradient([1, 1]) { $0.terms[0].value } > 0) == (kind == .hrvqvae))
        #expect(try gradient([1, 1]) { $0.total } > 0)
    }
}
