import Quantization
import TensorTestSupport
import Testing
import Torch

@Suite("Codes")
struct CodeTests {
    @Test("Codes decode to the sum of codewords that the quantizer gave, and go back to absolute numbers")
    func roundTrip() throws {
        let (quantizer, _) = try makeQuantizer()
        let latents = try makeLatents(2, 6, 5)
        let output = try quantizer(latents)
        let codes = try quantizer.codes(output.assignment, images: 2, height: 5, width: 5)
        #expect(codes.shape == [2, 3, 5, 5])
        #expect(try codes.array(of: Int32.self).allSatisfy { $0 >= 0 && $0 < 4 })
        #expect(
            try quantizer.absoluteIndices(codes).array(of: Int32.self)
                == output.assignment.indices.array(of: Int32.self))
        expectClose(
            try quantizer.decode(codes).array(of: Float.self), try output.quantized.array(of: Float.self),
            absolute: 2e-6, "decoded")
    }

    @Test("More layers, smaller residuals, once codewords are placed on the data")
    func layersHelp() throws {
        let (quantizer, _) = try makeQuantizer(layers: 4)
        let latents = try makeLatents(4, 6, 16)
        var generator = TestGenerator(state: 1)
        let vectors = try latents.permuted([0, 2, 3, 1]).reshaped([-1, 6])
        try quantizer.initialize(with: vectors, iterations: 5, using: &generator)
        let output = try quantizer(latents)
        let codes = try quantizer.codes(output.assignment, images: 4, height: 16, width: 16)
        let errors = try (1...4).map { try latents.meanSquaredError(quantizer.decode(codes, layers: $0)).item() }
        #expect(errors == errors.sorted(by: >))
    }

    @Test("Codes of another model are an error that says which")
    func foreignCodes() throws {
        let (quantizer, _) = try makeQuantizer()
        #expect(throws: CodeError.shape(found: [1, 2, 5, 5], layers: 3)) {
            try quantizer.decode(Tensor.zeros([1, 2, 5, 5], .int32))
        }
        let codes = try Tensor.zeros([1, 3, 2, 2], .int32)
        try codes.selected(axis: 1, 1).fillInPlace(4)
        #expect(throws: CodeError.range(layer: 1, found: 4, branching: 4)) { try quantizer.check(codes) }
        try codes.selected(axis: 1, 1).fillInPlace(-1)
        #expect(throws: CodeError.range(layer: 1, found: -1, branching: 4)) { try quantizer.check(codes) }
    }
}
