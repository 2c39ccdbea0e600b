import Processors
import TensorTestSupport
import Testing
import Torch

@testable import Priors

@Suite("Kernel of causal attention")
struct CausalAttentionTests {
    /// Images, positions, heads and channels a head: whole blocks of eight, less, and more.
    static let shapes = [
        [2, 64, 2, 8], [1, 37, 3, 5], [3, 16, 1, 16], [2, 5, 4, 1], [1, 100, 2, 20], [1, 1, 1, 3],
    ]

    private struct Result {
        var value: [Float]
        var gradients: [[Float]]
    }

    private func random(_ shape: [Int], _ seed: UInt64) throws -> Tensor {
        try Tensor.normal(shape, standardDeviation: 1.5, generator: Generator(seed: seed))
    }

    private func run(_ attention: CausalAttention, _ shape: [Int], _ type: DataType = .float32) throws -> Result {
        let channels = shape[2] * shape[3]
        let queries = try random([shape[0], shape[1], channels], 1).to(type)
        let pairs = try random([shape[0], shape[1], 2 * channels], 2).to(type)
        let weight = try random([shape[0], shape[1], channels], 3).to(type)
        try queries.setRequiresGradient(true)
        try pairs.setRequiresGradient(true)
        let value = try attention(queries, pairs)
        try (value * weight).sum().backward()
        return Result(
            value: try value.array(of: Float.self),
            gradients: try [queries, pairs].map { try #require(try $0.gradient()).array(of: Float.self) })
    }

    @Test("Values and gradients are those of LibTorch in float64", arguments: shapes)
    func agreement(_ shape: [Int]) throws {
        let expected = try run(CausalAttention(heads: shape[2], kernel: nil), shape, .float64)
        for kernel in KernelVariant.allCases where kernel.isSupported {
            let found = try run(CausalAttention(heads: shape[2], kernel: kernel), shape)
            expectClose(found.value, expected.value, absolute: 2e-6, relative: 1e-5, "\(kernel): value")
            for (index, gradient) in found.gradients.enumerated() {
                expectClose(
                    gradient, expected.gradients[index], absolute: 2e-5, relative: 1e-5,
                    "\(kernel): gradient \(index)")
            }
        }
    }

    @Test("Any number of threads gives the same bits")
    func threads() throws {
        let threads = Engine.threadCount
        defer { try? Engine.setThreadCount(threads) }
        let shape = [3, 37, 2, 8]
        try Engine.setThreadCount(1)
        let one = try run(CausalAttention(heads: 2), shape)
        try Engine.setThreadCount(4)
        let four = try run(CausalAttention(heads: 2), shape)
        #expect(one.value == four.value)
        #expect(one.gradients == four.gradients)
    }

    @Test("A later key has no influence on an earlier result, and no gradient from it")
    func causality() throws {
        let (positions, channels) = (21, 6)
        let queries = try random([1, positions, channels], 1)
        let pairs = try random([1, positions, 2 * channels], 2)
        let attention = CausalAttention(heads: 2)
        let plain = try attention(queries, pairs).array(of: Float.self)
        for position in 0..<positions {
            let changed = try pairs.cloned()
            try changed.narrowed(axis: 1, position..<position + 1).fillInPlace(50)
            try changed.setRequiresGradient(true)
            let value = try attention(queries, changed)
            let other = try value.array(of: Float.self)
            let end = position * channels
            #expect(plain[..<end] == other[..<end], "position \(position)")
            #expect(plain[end...] != other[end...])
            try value.narrowed(axis: 1, 0..<position + 1).sum().backward()
            let gradient = try #require(try changed.gradient()).array(of: Float.self)
            #expect(gradient[(2 * end + 2 * channels)...].allSatisfy { $0 == 0 })
            #expect(gradient[..<(2 * end + 2 * channels)].contains { $0 != 0 })
        }
    }
}
