import Datasets
import Testing
import Torch

@testable import Priors

@Suite("Drawing of codes in tensor operators")
struct TensorDrawingTests {
    private static let settings = [
        SamplingSettings(), SamplingSettings(temperature: 0.7), SamplingSettings(temperature: 0),
        SamplingSettings(temperature: 1e-300), SamplingSettings(temperature: 30), SamplingSettings(topK: 1),
        SamplingSettings(topK: 3), SamplingSettings(topK: 100), SamplingSettings(topP: 0.5),
        SamplingSettings(topP: 1), SamplingSettings(topP: 1e-9), SamplingSettings(topK: 4, topP: 0.7),
        SamplingSettings(temperature: 0.5, topK: 5, topP: 0.9),
    ]

    private func draw(_ logits: [[Float]], _ uniforms: [Double], _ settings: SamplingSettings) throws -> [Int] {
        let choices = logits[0].count
        let drawing = try TensorDrawing(settings, choices: choices)
        let codes = try drawing(
            Tensor(Array(logits.joined()), [logits.count, choices]), Tensor(uniforms, [uniforms.count, 1]))
        #expect(codes.shape == [logits.count])
        return try codes.array(of: Int64.self).map { Int($0) }
    }

    @Test("It draws what a single drawing draws", arguments: settings)
    func agreement(_ settings: SamplingSettings) throws {
        var generator = SeededGenerator(seed: 11, stream: "tensor drawing")
        let count = 3000
        // Halves, so that equal logits are frequent; some far below the others.
        let logits = (0..<count).map { _ in
            (0..<9).map { _ in Float(generator.below(12)) / 2 - (generator.below(7) == 0 ? 900 : 0) }
        }
        let uniforms = (0..<count).map { image in
            image % 50 == 0 ? 0 : image % 50 == 1 ? 1 - 0x1p-53 : generator.uniform()
        }
        var single = try CodeDrawing(settings, choices: 9)
        let expected = zip(logits, uniforms).map { single.draw($0, uniform: $1) }
        #expect(try draw(logits, uniforms, settings) == expected)
    }

    @Test("Whatever the logits are, the result is a code", arguments: settings)
    func notFinite(_ settings: SamplingSettings) throws {
        let logits: [[Float]] = [
            [.nan, 0, 1, 2, 3, 4], [.infinity, 0, 1, 2, 3, .infinity], [0, 0, 0, -.infinity, 0, 0],
            Array(repeating: -.infinity, count: 6), Array(repeating: .nan, count: 6),
        ]
        for uniform in [0, 0.5, 1 - 0x1p-53] {
            let codes = try draw(logits, Array(repeating: uniform, count: logits.count), settings)
            #expect(codes.allSatisfy { (0..<6).contains($0) })
        }
    }

    @Test("Settings that are refused")
    func refusals() {
        #expect(throws: SamplingError.self) { try TensorDrawing(SamplingSettings(temperature: -1), choices: 4) }
        #expect(throws: SamplingError.self) { try TensorDrawing(SamplingSettings(topP: 0), choices: 4) }
    }
}
