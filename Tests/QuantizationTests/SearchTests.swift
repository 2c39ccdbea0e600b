import Processors
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
            (7, 9, 2, 31), (300, 512, 1, 16), (2, 2, 10, 4), (77, 9, 2, 64),
        ], CodebookStructure.allCases)
    func agreement(
        _ shape: (count: Int, branching: Int, layers: Int, dimension: Int), _ structure: CodebookStructure
    ) throws {
        let (count, branching, layers, dimension) = shape
        let (quantizer, _) = try makeQuantizer(
            structure: structure, layers: layers, branching: branching, dimension: dimension)
        let vectors = try Tensor.normal([count, dimension], generator: Generator(seed: 3))
        let reference = try ReferenceSearch.search(
            vectors, codebooks: quantizer.codebooks.map(\.tensor), structure: structure)
        let search = try quantizer.packedSearch()
        let baseline = try search(vectors, sums: .partial, kernel: .portable)
        // Codewords at nearly the same distance may swap: the scores are rounded differently.
        let same = zip(
            try baseline.indices.array(of: Int32.self), try reference.indices.array(of: Int32.self)
        ).count { $0 == $1 }
        #expect(Double(same) >= 0.999 * Double(count * layers))
        let residual = try (vectors - #require(baseline.sums).selected(axis: 0, layers - 1)).norm().item()
        let best = try (vectors - #require(reference.sums).selected(axis: 0, layers - 1)).norm().item()
        #expect(abs(residual - best) <= 1e-3 * best + 1e-5)
        for kernel in KernelVariant.allCases where kernel.isSupported {
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

    /// Parts of the codebook, tiles of vectors and groups of four that are partly filled, in the flat kernel alone.
    @Test(
        "A flat search finds the nearest codeword of a large codebook",
        arguments: [(1, 1000, 32), (65, 513, 16), (130, 2048, 7), (64, 17, 300), (3, 16, 1)])
    func flat(_ count: Int, _ codewords: Int, _ dimension: Int) throws {
        let (quantizer, _) = try makeQuantizer(
            structure: .flat, layers: 2, branching: codewords, dimension: dimension)
        #expect(quantizer.codebooks.map(\.tensor.shape) == [[1, codewords, dimension], [1, codewords, dimension]])
        let vectors = try Tensor.normal([count, dimension], generator: Generator(seed: 3))
        let found = try quantizer.assign(vectors, sums: .partial)
        let numbers = try found.indices.array(of: Int32.self)
        #expect(numbers.allSatisfy { $0 >= 0 && Int($0) < codewords })
        let rows = try vectors.array(of: Float.self)
        let codebook = try quantizer.codebooks[0].tensor.array(of: Float.self)
        func distance(_ row: Int, _ codeword: Int) -> Double {
            (0..<dimension).reduce(0.0) {
                let difference = Double(rows[row * dimension + $1]) - Double(codebook[codeword * dimension + $1])
                return $0 + difference * difference
            }
        }
        for row in 0..<count {
            let best = (0..<codewords).map { distance(row, $0) }.min() ?? 0
            #expect(distance(row, Int(numbers[row])) <= best * (1 + 1e-5) + 1e-6)
        }
    }

    @Test("One layer of a hierarchy is a flat codebook")
    func oneLayer() throws {
        let (tree, _) = try makeQuantizer(layers: 1, branching: 40, dimension: 6)
        let (flat, _) = try makeQuantizer(structure: .flat, layers: 1, branching: 40, dimension: 6)
        let vectors = try Tensor.normal([200, 6], generator: Generator(seed: 3))
        #expect(
            try tree.assign(vectors, sums: .none).indices.array(of: Int32.self)
                == flat.assign(vectors, sums: .none).indices.array(of: Int32.self))
    }

    @Test("Equal codewords: the lower index wins", arguments: CodebookStructure.allCases)
    func ties(_ structure: CodebookStructure) throws {
        let codebooks: [[Float]] =
            structure == .flat
            ? [Array(repeating: 1, count: 40), Array(repeating: 1, count: 40)]
            : [Array(repeating: 1, count: 40), Array(repeating: 1, count: 1600)]
        let search = CodewordSearch(codebooks: codebooks, structure: structure, branching: 40, dimension: 1)
        let found = try search(Tensor([1, 5, -3] as [Float], [3, 1]), sums: .none)
        #expect(try found.indices.array(of: Int32.self) == [0, 0, 0, 0, 0, 0])
        #expect(found.sums == nil)
    }

    @Test("What is not a number gets a codeword in range", arguments: CodebookStructure.allCases)
    func notANumber(_ structure: CodebookStructure) throws {
        let (quantizer, _) = try makeQuantizer(structure: structure)
        let vectors = try Tensor([Float](repeating: .nan, count: 12), [2, 6])
        let indices = try quantizer.assign(vectors, sums: .partial).indices.array(of: Int32.self)
        #expect(indices == [0, 0, 0, 0, 0, 0])
    }

    @Test("A score that is not a number beats nothing", arguments: CodebookStructure.allCases, [Float.nan, -.nan])
    func codewordThatIsNotANumber(_ structure: CodebookStructure, _ value: Float) throws {
        // Nine codewords fill a block of eight and one of the next.
        var codewords: [Float] = (0..<18).map { $0 % 2 == 0 ? Float($0 / 2) : 1 }
        codewords[2 * 4] = value
        let search = CodewordSearch(codebooks: [codewords], structure: structure, branching: 9, dimension: 2)
        for kernel in KernelVariant.allCases where kernel.isSupported {
            func child(_ x: Float, _ y: Float) throws -> [Int32] {
                try search(Tensor([x, y], [1, 2]), sums: .none, kernel: kernel).indices.array(of: Int32.self)
            }
            for nearest in [0, 3, 5, 8] { #expect(try child(Float(nearest), 1) == [Int32(nearest)]) }
            #expect(try child(4, 1) != [4])
            #expect(try child(value, 1) == [0])
            for infinite in [Float.infinity, -.infinity] { #expect(try (0..<9).contains(child(infinite, 1)[0])) }
        }
    }

    @Test("No vectors, no work")
    func empty() throws {
        let (quantizer, _) = try makeQuantizer()
        #expect(try quantizer.assign(Tensor.empty([0, 6]), sums: .partial).indices.shape == [3, 0])
    }

    @Test("The number of threads does not change the result", arguments: CodebookStructure.allCases)
    func threads(_ structure: CodebookStructure) throws {
        let (quantizer, _) = try makeQuantizer(structure: structure, layers: 3, branching: 8, dimension: 16)
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
