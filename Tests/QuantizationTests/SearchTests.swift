import Quantization
import Testing
import Torch

@Suite("Nearest-codeword search")
struct SearchTests {
    /// Every shape that a block or a group of the kernel can be left partly filled by.
    @Test(
        "All kernels agree with plain tensor operations, and with each other bit for bit",
        arguments: [
            (1, 1, 1, 1), (5, 3, 2, 1), (64, 8, 3, 32), (257, 8, 3, 16), (100, 4, 5, 3), (33, 16, 2, 7),
            (1023, 5, 4, 8),
            (7, 9, 2, 31), (300, 512, 1, 16), (2, 2, 10, 4),
        ])
    func agreement(_ count: Int, _ branching: Int, _ layers: Int, _ dimension: Int) throws {
        let (quantizer, _) = try makeQuantizer(layers: layers, branching: branching, dimension: dimension)
        let vectors = try Tensor.normal([count, dimension], generator: Generator(seed: 3))
        let reference = try ReferenceSearch.search(vectors, codebooks: quantizer.codebooks.map(\.tensor))
        let search = try quantizer.packedSearch()
        let baseline = try search(vectors, sums: .partial, kernel: .baseline)
        // Codewords at nearly the same distance may swap: the scores are rounded differently.
        let same = zip(
            try baseline.indices.array(of: Int32.self), try reference.indices.array(of: Int32.self)
        ).count { $0 == $1 }
        #expect(Double(same) >= 0.999 * Double(count * layers))
        let residual = try (vectors - #require(baseline.sums).selected(axis: 0, layers - 1)).norm().item()
        let best = try (vectors - #require(reference.sums).selected(axis: 0, layers - 1)).norm().item()
        #expect(abs(residual - best) <= 1e-3 * best + 1e-5)
        for kernel in SearchKernel.allCases where kernel.isSupported {
            let other = try search(vectors, sums: .partial, kernel: kernel)
            #expect(try other.indices.array(of: Int32.self) == baseline.indices.array(of: Int32.self))
            #expect(try #require(other.sums).array(of: Float.self) == #require(baseline.sums).array(of: Float.self))
            let total = try search(vectors, sums: .total, kernel: kernel)
            #expect(try total.indices.array(of: Int32.self) == baseline.indices.array(of: Int32.self))
            #expect(
                try #require(total.total).array(of: Float.self)
                    == #require(baseline.sums).selected(axis: 0, layers - 1).array(of: Float.self))
        }
    }

    @Test("Equal codewords: the lower index wins")
    func ties() throws {
        let search = CodewordSearch(codebooks: [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]], branching: 10, dimension: 1)
        let found = try search(Tensor([1, 5, -3] as [Float], [3, 1]), sums: .none)
        #expect(try found.indices.array(of: Int32.self) == [0, 0, 0])
        #expect(found.sums == nil)
    }

    @Test("What is not a number gets a codeword in range")
    func notANumber() throws {
        let (quantizer, _) = try makeQuantizer()
        let vectors = try Tensor([Float](repeating: .nan, count: 12), [2, 6])
        let indices = try quantizer.assign(vectors, sums: .partial).indices.array(of: Int32.self)
        #expect(indices == [0, 0, 0, 0, 0, 0])
    }

    @Test("No vectors, no work")
    func empty() throws {
        let (quantizer, _) = try makeQuantizer()
        #expect(try quantizer.assign(Tensor.empty([0, 6]), sums: .partial).indices.shape == [3, 0])
    }

    @Test("The number of threads does not change the result")
    func threads() throws {
        let (quantizer, _) = try makeQuantizer(layers: 3, branching: 8, dimension: 16)
        let vectors = try Tensor.normal([5000, 16], generator: Generator(seed: 3))
        let count = Engine.threadCount
        defer { try? Engine.setThreadCount(count) }
        let many = try quantizer.assign(vectors, sums: .none).indices.array(of: Int32.self)
        try Engine.setThreadCount(1)
        #expect(try quantizer.assign(vectors, sums: .none).indices.array(of: Int32.self) == many)
    }

    @Test("A child belongs to the parent that the layer above chose")
    func hierarchy() throws {
        let (quantizer, _) = try makeQuantizer()
        let indices = try quantizer.assign(
            Tensor.normal([500, 6], generator: Generator(seed: 3)), sums: .none
        ).indices.array(of: Int32.self)
        for vector in 0..<500 {
            #expect(indices[500 + vector] / 4 == indices[vector])
            #expect(indices[1000 + vector] / 4 == indices[500 + vector])
        }
    }
}
