import Processors
import TensorTestSupport
import Testing
import Torch

@testable import Priors

@Suite("Kernels of pointwise functions")
struct PointwiseFunctionTests {
    static let kernels = KernelVariant.allCases.filter(\.isSupported)
    /// [N, H, W, C], the second with rows that are no whole blocks of eight.
    static let shapes = [[2, 3, 4, 16], [2, 3, 5, 5]]

    private func random(_ shape: [Int], _ seed: UInt64) throws -> Tensor {
        try Tensor.normal(shape, generator: Generator(seed: seed))
    }

    /// The value, and the gradients of its sum with random weights.
    private func run(_ inputs: [Tensor], _ function: ([Tensor]) throws -> Tensor) throws -> [[Float]] {
        let leaves = try inputs.map { try $0.cloned() }
        for leaf in leaves { try leaf.setRequiresGradient(true) }
        let value = try function(leaves)
        try (value * random(value.shape, 99)).sum().backward()
        return try [value.array(of: Float.self)]
            + leaves.map { try #require(try $0.gradient()).array(of: Float.self) }
    }

    private func expectAgreement(
        _ inputs: [Tensor], _ kernel: KernelVariant, _ function: (PointwiseFunctions, [Tensor]) throws -> Tensor
    ) throws {
        let expected = try run(inputs) { try function(PointwiseFunctions(kernel: nil), $0) }
        let found = try run(inputs) { try function(PointwiseFunctions(kernel: kernel), $0) }
        for (index, numbers) in found.enumerated() { expectClose(numbers, expected[index], "result \(index)") }
    }

    @Test("Values and gradients are LibTorch's", arguments: kernels, shapes)
    func agreement(_ kernel: KernelVariant, _ shape: [Int]) throws {
        let input = try random(shape, 1) * 3
        try expectAgreement([input], kernel) { try $0.elu($1[0]) }
        try expectAgreement([input], kernel) { try $0.elu($1[0], above: 2, side: 1) }
        try expectAgreement([input], kernel) { try $0.eluWithDropout($1[0], 0.5, nil) }
        let gates = try random(shape.dropLast() + [2 * shape[3]], 2) * 3
        try expectAgreement([input, gates], kernel) { try $0.addGated($1[0], $1[1]) }
    }

    @Test("Dropout keeps a share, scales it, and passes the gradient of what it kept", arguments: kernels)
    func dropout(_ kernel: KernelVariant) throws {
        let functions = PointwiseFunctions(kernel: kernel)
        let (share, scale) = (0.3, Float(1 / 0.7))
        let input = try random([4, 16, 16, 31], 1)
        // Zeros are kept or dropped as other numbers are.
        try input.narrowed(axis: 3, 0..<4).fillInPlace(0)
        let plain = try input.elu().array(of: Float.self)
        let numbers = try input.array(of: Float.self)
        try input.setRequiresGradient(true)
        let value = try functions.eluWithDropout(input, share, Generator(seed: 5))
        try value.sum().backward()
        let found = try value.array(of: Float.self)
        let gradient = try #require(try input.gradient()).array(of: Float.self)
        let slopes = numbers.enumerated().map { $1 > 0 ? 1 : plain[$0] + 1 }
        let kept = gradient.map { $0 != 0 }
        expectClose(found, zip(plain, kept).map { $1 ? $0 * scale : 0 }, "values")
        expectClose(gradient, zip(slopes, kept).map { $1 ? $0 * scale : 0 }, "gradients")
        // Five standard deviations of a mean of so many independent choices.
        func expectShare(_ choices: [Bool], _ expected: Double) {
            let mean = Double(choices.count { $0 }) / Double(choices.count)
            #expect(abs(mean - expected) < 5 * (expected * (1 - expected) / Double(choices.count)).squareRoot())
        }
        expectShare(kept, 0.7)
        expectShare(numbers.indices.filter { numbers[$0] == 0 }.map { kept[$0] }, 0.7)
        // Neighbours, and the same place in another call, are independent.
        for distance in [1, 2, 8, 31, 256] { expectShare(zip(kept, kept.dropFirst(distance)).map { $0 && $1 }, 0.49) }
        let other = try functions.eluWithDropout(input, share, Generator(seed: 6)).array(of: Float.self)
        let both = zip(other, kept).enumerated().filter { numbers[$0.offset] != 0 }.map { $1.0 != 0 && $1.1 }
        expectShare(both, 0.49)
    }

    @Test("What is dropped is a function of the generator alone")
    func determinism() throws {
        let threads = Engine.threadCount
        defer { try? Engine.setThreadCount(threads) }
        let input = try random([8, 16, 16, 32], 1)
        func drop(_ generator: Generator, threads: Int) throws -> [Float] {
            try Engine.setThreadCount(threads)
            return try PointwiseFunctions().eluWithDropout(input, 0.1, generator).array(of: Float.self)
        }
        let generator = try Generator(seed: 1)
        let first = try drop(generator, threads: 1)
        #expect(try drop(Generator(seed: 1), threads: 3) == first)
        #expect(try drop(generator, threads: 3) != first)
    }
}
