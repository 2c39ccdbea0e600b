import Autoencoders
import Foundation
import TensorTestSupport
import Testing
import Torch

@Suite("Objectives")
struct ObjectiveTests {
    private func output(_ reconstruction: Tensor) -> AutoencoderOutput {
        AutoencoderOutput(reconstruction: reconstruction, quantizers: [])
    }

    @Test("l2 and l1 are mean squares and mean absolutes, with their gradients", arguments: [6, 40_000])
    func values(count: Int) throws {
        let errors = (0..<count).map { Float($0 % 5 - 2) / 8 }
        let images = try Tensor.normal([1, 1, 1, count], generator: Generator(seed: 1)).rounded()
        let reconstruction = try (images + Tensor(errors, [1, 1, 1, count])).detached()
        for pixel in PixelLoss.allCases {
            let input = try reconstruction.cloned()
            try input.setRequiresGradient(true)
            let value = try ReconstructionObjective(pixel: pixel)(output(input), images: images)
            let expected =
                errors.reduce(0.0) { $0 + (pixel == .l2 ? Double($1 * $1) : Double(abs($1))) } / Double(count)
            expectClose([try value.total.item()], [Float(expected)], "\(pixel)")
            try value.total.backward()
            let slopes = errors.map { error -> Float in
                (pixel == .l2 ? 2 * error : error == 0 ? 0 : error > 0 ? 1 : -1) / Float(count)
            }
            expectClose(try #require(try input.gradient()).array(of: Float.self), slopes, absolute: 1e-9, "\(pixel)")
            #expect(value.terms.map(\.name) == (pixel == .l2 ? ["reconstruction"] : ["reconstruction", "mse"]))
            let squares = errors.reduce(0.0) { $0 + Double($1 * $1) } / Double(count)
            expectClose([try #require(value.terms.last).value.item()], [Float(squares)])
        }
    }
}
