import Quantization
import TensorTestSupport
import Testing
import Torch

/// The first layers alone: of codes, and of images in training.
@Suite("First layers")
struct LayerTests {
    static let structures = CodebookStructure.allCases
    static let kept = [3, 1, 2, 1]

    private func gradient(
        _ quantizer: ResidualQuantizer, _ latents: Tensor, _ layers: [Int],
        _ loss: (ResidualQuantizer.Output) throws -> Tensor
    ) throws -> [Float] {
        let leaf = try latents.detached().cloned()
        try leaf.setRequiresGradient(true)
        try loss(quantizer(leaf, layers: layers)).backward()
        return try #require(try leaf.gradient()).array(of: Float.self)
    }

    @Test("An image's sum is that of the layers kept of it", arguments: structures)
    func sums(_ structure: CodebookStructure) throws {
        let (quantizer, _) = try makeQuantizer(structure: structure)
        let latents = try makeLatents(4, 6, 5)
        let output = try quantizer(latents, layers: Self.kept)
        let codes = try quantizer.codes(output.assignment, images: 4, height: 5, width: 5)
        for (image, layers) in Self.kept.enumerated() {
            let part = image..<image + 1
            expectClose(
                try output.shortened.narrowed(axis: 0, part).array(of: Float.self),
                try quantizer.decode(codes.narrowed(axis: 0, part), layers: layers).array(of: Float.self),
                absolute: 2e-6, "image \(image)")
        }
        let whole = try quantizer(latents)
        #expect(try output.quantized.array(of: Float.self) == whole.quantized.array(of: Float.self))
        #expect(
            try output.assignment.indices.array(of: Int32.self) == whole.assignment.indices.array(of: Int32.self))
    }

    @Test("Keeping all layers is the quantizer as it always was, bit for bit")
    func all() throws {
        let (quantizer, _) = try makeQuantizer()
        let latents = try makeLatents(4, 6, 5)
        let output = try quantizer(latents, layers: [3, 3, 3, 3])
        let whole = try quantizer(latents)
        #expect(try output.shortened.array(of: Float.self) == whole.quantized.array(of: Float.self))
        for (mine, theirs) in zip(output.loss.terms, whole.loss.terms) {
            #expect(try mine.value.item() == theirs.value.item(), "\(mine.name)")
        }
    }

    @Test("The straight-through gradient is one whatever is left out, and zero where nothing is kept")
    func straightThrough() throws {
        let (quantizer, _) = try makeQuantizer()
        let latents = try makeLatents(4, 6, 3)
        #expect(try gradient(quantizer, latents, Self.kept) { try $0.shortened.sum() }.allSatisfy { $0 == 1 })
        let none = try gradient(quantizer, latents, [3, 0, 1, 0]) { try $0.shortened.sum() }
        let numbers = none.count / 4
        #expect(none.enumerated().allSatisfy { $1 == ([0, 2].contains($0 / numbers) ? 1 : 0) })
        let output = try quantizer(latents, layers: [3, 0, 1, 0])
        #expect(try output.shortened.selected(axis: 0, 1).array(of: Float.self).allSatisfy { $0 == 0 })
    }

    @Test("The terms of the sum are those of the shortened sum; those of every layer stay", arguments: [false, true])
    func terms(_ byGradient: Bool) throws {
        let (quantizer, _) = try makeQuantizer(learning: byGradient ? .gradient : .movingAverage)
        let latents = try makeLatents(4, 6, 3)
        let output = try quantizer(latents, layers: Self.kept)
        let whole = try quantizer(latents)
        for layer in 0..<3 {
            #expect(try output.loss.commitment[layer].item() == whole.loss.commitment[layer].item())
            #expect(try output.loss.codebook[layer].item() == whole.loss.codebook[layer].item())
        }
        let expected = try latents.meanSquaredError(output.shortened).item()
        expectClose([try #require(output.loss.commitmentSum).item()], [expected], relative: 1e-4, "commitment")
        expectClose([try #require(output.loss.codebookSum).item()], [expected], relative: 1e-4, "codewords")
        #expect(try #require(whole.loss.commitmentSum).item() != #require(output.loss.commitmentSum).item())
        let gradient = try gradient(quantizer, latents, Self.kept) { try #require($0.loss.commitmentSum) }
        expectClose(
            gradient, try ((latents - output.shortened.detached()) * (2 / Double(latents.count))).array(of: Float.self),
            "gradient")
    }

    @Test("The sum's term reaches the codewords of layers that are kept; a layer's own term reaches all of its own")
    func codewordGradients() throws {
        for (layers, isReached) in [([1, 1], false), ([1, 3], true)] {
            let (quantizer, store) = try makeQuantizer(learning: .gradient)
            let latents = try makeLatents(2, 6, 4)
            try #require(quantizer(latents, layers: layers).loss.codebookSum).backward()
            let last = try store["codebooks.2"]?.tensor.gradient()?.norm().item() ?? 0
            #expect((last > 0) == isReached)
            #expect(try #require(try store["codebooks.0"]?.tensor.gradient()).norm().item() > 0)
            try quantizer(latents, layers: layers).loss.codebook[2].backward()
            #expect(try #require(try store["codebooks.2"]?.tensor.gradient()).norm().item() > last)
        }
    }

    @Test("Codewords of all layers follow their averages whatever is left out")
    func averages() throws {
        var results: [[Float]] = []
        for layers in [nil, [1, 1, 2, 3]] {
            let (quantizer, _) = try makeQuantizer()
            try quantizer.markInitialized()
            var generator = TestGenerator(state: 1)
            _ = try quantizer.update(quantizer(makeLatents(4, 6, 5), layers: layers), using: &generator)
            results.append(try quantizer.codebooks[2].tensor.array(of: Float.self))
        }
        #expect(results[0] == results[1])
    }

    @Test("Codes may hold the first layers alone, and what they hold of others is not looked at", arguments: structures)
    func partialCodes(_ structure: CodebookStructure) throws {
        let (quantizer, _) = try makeQuantizer(structure: structure)
        let latents = try makeLatents(2, 6, 5)
        let codes = try quantizer.codes(quantizer(latents).assignment, images: 2, height: 5, width: 5)
        for layers in 1...3 {
            let first = try codes.narrowed(axis: 1, 0..<layers)
            let spoilt = try codes.cloned()
            for layer in layers..<3 { try spoilt.selected(axis: 1, layer).fillInPlace(99) }
            let expected = try quantizer.decode(codes, layers: layers).array(of: Float.self)
            #expect(try quantizer.decode(first, layers: layers).array(of: Float.self) == expected)
            #expect(try quantizer.decode(spoilt, layers: layers).array(of: Float.self) == expected)
        }
        let first = try codes.narrowed(axis: 1, 0..<2)
        #expect(throws: CodeError.shape(found: [2, 2, 5, 5], layers: 3)) { try quantizer.decode(first) }
        #expect(throws: CodeError.shape(found: [2, 2, 5, 5], layers: 3)) { try quantizer.decode(first, layers: 3) }
    }

    @Test("More layers than there are, or none, are an error", arguments: [-1, 0, 4])
    func range(_ layers: Int) throws {
        let (quantizer, _) = try makeQuantizer()
        let error = CodeError.layers(asked: layers, available: 3)
        #expect(throws: error) { try quantizer.decode(Tensor.zeros([1, 3, 2, 2], .int32), layers: layers) }
        #expect(error.description.contains("\(layers) layers") && error.description.contains("1 to 3"))
        guard layers != 0 else { return }
        #expect(throws: error) { try quantizer(makeLatents(2, 6, 3), layers: [3, layers]) }
    }
}
