import Foundation
import Quantization
import TensorTestSupport
import Testing
import Torch

@Suite("Finite scalar quantization")
struct FiniteScalarQuantizerTests {
    private static let levels = [[8, 5, 5, 5], [8, 8, 8], [3, 2, 7]]

    private func quantizer(_ levels: [Int]) throws -> FiniteScalarQuantizer {
        try FiniteScalarQuantizer(.init(levels: levels))
    }

    /// Rows [V, D] as latents of one image, [1, D, 32, V / 32].
    private func latents(_ rows: Tensor) throws -> Tensor {
        try rows.reshaped([1, 32, rows.size(0) / 32, rows.size(1)]).permuted([0, 3, 1, 2])
    }

    @Test("It agrees with the paper's listing in PyTorch: vectors, codes and gradients", arguments: levels)
    func agreement(levels: [Int]) throws {
        let name = "levels-" + levels.map(String.init).joined(separator: "-")
        let fixture = try Fixture(name, in: .module, folder: "FSQ")
        let quantizer = try quantizer(levels)
        let input = try latents(fixture["latents"])
        try input.setRequiresGradient(true)
        let output = try quantizer.quantize(input, keptLayers: nil)
        expectClose(
            try output.quantized.detached().latentRows().array(of: Float.self), try fixture.numbers("quantized"))
        let codes = try quantizer.encode(input)
        #expect(codes.shape == [1, 1, 32, input.size(3)])
        #expect(try codes.array(of: Int32.self) == fixture["codes"].array(of: Int32.self))
        #expect(try output.objective() == nil && output.terms.isEmpty)

        let weight = try latents(fixture["weight"])
        try (output.quantized * weight).sum().backward()
        let gradient = try #require(try input.gradient())
        expectClose(
            try gradient.latentRows().array(of: Float.self), try fixture.numbers("gradient"), absolute: 2e-6,
            relative: 2e-5)
    }

    @Test("Every code stands for a vector that is encoded as this code", arguments: levels)
    func roundTrip(levels: [Int]) throws {
        let quantizer = try quantizer(levels)
        let count = levels.reduce(1, *)
        #expect(quantizer.layers == [QuantizerLayer(branching: count, distances: 0)])
        let codes = try Tensor((0..<Int32(count)).map { $0 }, [1, 1, 1, count])
        let vectors = try quantizer.decode(codes, layers: nil)
        #expect(vectors.shape == [1, levels.count, 1, count])
        let rows = try vectors.latentRows().array(of: Float.self)
        #expect(rows.allSatisfy { (-1...1).contains($0) })
        #expect(Set((0..<count).map { Array(rows[$0 * levels.count..<($0 + 1) * levels.count]) }).count == count)
        // Latents that are bounded to just these: z = atanh((q · ⌊L/2⌋ + o) / h) − s.
        let latents = (0..<rows.count).map { index -> Float in
            let level = levels[index % levels.count]
            let half = Double(level - 1) * 0.999 / 2
            let offset = level.isMultiple(of: 2) ? 0.5 : 0
            let bounded = (Double(rows[index]) * Double(level / 2) + offset) / half
            return Float(atanh(min(max(bounded, -0.9999), 0.9999)) - tan(offset / half))
        }
        let input = try Tensor(latents, [1, 1, count, levels.count]).permuted([0, 3, 1, 2])
        let (again, quantized) = try quantizer.encodeAndQuantize(input)
        #expect(try again.array(of: Int32.self) == codes.array(of: Int32.self))
        #expect(try quantized.latentRows().array(of: Float.self) == rows)
    }

    @Test("A step counts its codes, moves nothing, and leaves out images without a layer")
    func step() throws {
        let quantizer = try quantizer([3, 3])
        let input = try Tensor([0, 0, 9, 9, -9, -9, 0, 9] as [Float], [2, 1, 2, 2]).permuted([0, 3, 1, 2])
        let output = try quantizer.quantize(input, keptLayers: [1, 0])
        var generator = SystemRandomNumberGenerator()
        let update = try output.update(using: &generator)
        #expect(update.usage == [[1, 0, 0, 0, 1, 0, 0, 1, 1]])
        #expect(update.revived == [0] && update.moved.isEmpty)
        #expect(try output.shortened.latentRows().array(of: Float.self) == [0, 0, 1, 1, 0, 0, 0, 0])
        #expect(throws: CodeError.layers(asked: 2, available: 1)) {
            try quantizer.quantize(input, keptLayers: [1, 2])
        }
    }

    @Test("Codes that no levels give are refused")
    func foreign() throws {
        let quantizer = try quantizer([3, 3])
        #expect(throws: CodeError.range(layer: 0, found: 9, branching: 9)) {
            try quantizer.check(Tensor([9] as [Int32], [1, 1, 1, 1]))
        }
        #expect(throws: CodeError.range(layer: 0, found: -1, branching: 9)) {
            try quantizer.check(Tensor([-1] as [Int32], [1, 1, 1, 1]))
        }
        #expect(throws: CodeError.shape(found: [1, 2, 1, 1], layers: 1)) {
            try quantizer.decode(Tensor([0, 0] as [Int32], [1, 2, 1, 1]), layers: nil)
        }
        #expect(throws: CodeError.layers(asked: 2, available: 1)) {
            try quantizer.decode(Tensor([0] as [Int32], [1, 1, 1, 1]), layers: 2)
        }
    }

    @Test(
        "The number of codes is the product of levels, up to 2²⁴",
        arguments: [
            ([8, 5, 5, 5], 1000), ([2], 2), ([4096, 4096], 1 << 24), ([], nil), ([1, 8], nil), ([4096, 4097], nil),
            ([Int.max, Int.max], nil), ([-8, -8], nil),
        ] as [([Int], Int?)])
    func codes(levels: [Int], expected: Int?) {
        #expect(FiniteScalarQuantizer.Settings.codes(of: levels) == expected)
    }
}
