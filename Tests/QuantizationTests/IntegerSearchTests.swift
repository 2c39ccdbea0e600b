import Processors
import SearchKernelInterface
import Testing
import Torch

@testable import Quantization

@Suite("Search in integers first", .enabled(if: KernelVariant.best.searchesIntegers))
struct IntegerSearchTests {
    /// Lengths and numbers of codewords that the kernel has registers for; groups and chunks that are partly filled.
    @Test(
        "Codes, sums and what a training step adds up are those of float32",
        arguments: [
            (5000, 8, 3, 32), (1025, 8, 2, 16), (2063, 4, 3, 8), (6250, 5, 4, 32), (5001, 8, 3, 64), (1500, 2, 6, 16),
            (3001, 1, 2, 32), (1100, 7, 2, 8), (2500, 3, 3, 64), (20_000, 8, 2, 16), (20_000, 4, 3, 8),
        ])
    func agreement(_ shape: (count: Int, branching: Int, layers: Int, dimension: Int)) throws {
        let (count, branching, layers, dimension) = shape
        let (quantizer, _) = try makeQuantizer(layers: layers, branching: branching, dimension: dimension)
        let vectors = try Tensor.normal([count, dimension], generator: Generator(seed: 3))
        try expectSame(quantizer.packedSearch(), vectors)
    }

    /// Where rounding decides: every vector is halfway between two codewords, or next to it.
    @Test("Vectors between two codewords", arguments: [0, 1e-7, 1e-5, 1e-3] as [Float], [8, 16, 32, 64])
    func betweenCodewords(_ noise: Float, _ dimension: Int) throws {
        let (quantizer, _) = try makeQuantizer(layers: 2, branching: 8, dimension: dimension)
        let first = try quantizer.codebooks[0].tensor.array(of: Float.self)
        let second = try quantizer.codebooks[1].tensor.array(of: Float.self)
        var noises = TestGenerator(state: 5)
        var vectors: [Float] = []
        for vector in 0..<2048 {
            let (parent, left, right) = (vector / 64 % 8, vector % 8, vector / 8 % 8)
            for axis in 0..<dimension {
                let row = parent * 8 * dimension + axis
                let middle = (second[row + left * dimension] + second[row + right * dimension]) / 2
                let random = Float(noises.next() >> 40) / Float(1 << 24) - 0.5
                vectors.append(first[parent * dimension + axis] + middle + noise * random)
            }
        }
        try expectSame(quantizer.packedSearch(), Tensor(vectors, [2048, dimension]))
    }

    @Test(
        "Any scale of vectors and codewords",
        arguments: [0x1p-140, 1e-30, 1e-12, 1e-8, 1, 1e6, 1e14, 1e25] as [Float],
        [0x1p-132, 1e-20, 1e-12, 1, 1e10, 1e20] as [Float])
    func scales(_ ofVectors: Float, _ ofCodewords: Float) throws {
        let random = try Tensor.normal([2, 1500, 16], generator: Generator(seed: 1)).array(of: Float.self)
        let codewords = random[..<(24 * 16)].map { $0 * ofCodewords }
        let search = CodewordSearch(
            codebooks: [Array(codewords[..<(8 * 16)]), (0..<4).flatMap { _ in codewords[(8 * 16)...] }],
            branching: 8, dimension: 16)
        try expectSame(search, Tensor(random[(1500 * 16)...].map { $0 * ofVectors }, [1500, 16]))
    }

    /// What is unlike the others is not in a sample of them.
    @Test("Vectors unlike the others", arguments: [Float.nan, .infinity, -.infinity, 1e30, 40, 4, -0.0, 0x1p-132])
    func outliers(_ value: Float) throws {
        for dimension in [8, 32] {
            let (quantizer, _) = try makeQuantizer(layers: 3, branching: 8, dimension: dimension)
            var vectors = try Tensor.normal([5000, dimension], generator: Generator(seed: 3)).array(of: Float.self)
            for vector in stride(from: 20, to: 4900, by: 37) {
                vectors[vector * dimension + vector % dimension] = value
            }
            for vector in 3000..<3100 { for axis in 0..<dimension { vectors[vector * dimension + axis] *= value } }
            try expectSame(quantizer.packedSearch(), Tensor(vectors, [5000, dimension]))
        }
    }

    @Test("Codewords unlike the others", arguments: [Float.nan, .infinity, 1e30, 1e4, 0, 1e-30])
    func unlikeCodewords(_ value: Float) throws {
        let (quantizer, _) = try makeQuantizer(layers: 3, branching: 8, dimension: 32)
        var codebooks = try quantizer.codebooks.map { try $0.tensor.array(of: Float.self) }
        // A number, a codeword, and all codewords of a parent.
        codebooks[1][100] = value
        for place in 96..<128 { codebooks[0][place] = value }
        for place in 2048..<2304 { codebooks[2][place] = value }
        let search = CodewordSearch(codebooks: codebooks, branching: 8, dimension: 32)
        try expectSame(search, Tensor.normal([5000, 32], generator: Generator(seed: 3)))
    }

    @Test("Equal codewords: the lower index wins")
    func ties() throws {
        let codebooks = [[Float](repeating: 1, count: 8 * 32), [Float](repeating: 1, count: 64 * 32)]
        let search = CodewordSearch(codebooks: codebooks, branching: 8, dimension: 32)
        let found = try search(Tensor.normal([3000, 32], generator: Generator(seed: 3)), sums: .none)
        #expect(try found.indices.array(of: Int32.self).allSatisfy { $0 == 0 })
    }

    @Test("Shapes that the kernel has registers for are turned into integers, with a margin that decides most vectors")
    func margin() throws {
        func integers(_ branching: Int, _ dimension: Int) throws -> IntegerCodebooks? {
            let (quantizer, _) = try makeQuantizer(layers: 2, branching: branching, dimension: dimension)
            let search = try quantizer.packedSearch()
            return IntegerCodebooks(
                codewords: search.codewords, paths: search.paths, branching: branching, dimension: dimension)
        }
        #expect(try integers(9, 32) == nil)
        #expect(try integers(8, 24) == nil)
        let vectors = try Tensor.normal([1024, 64], generator: Generator(seed: 3)).array(of: Float.self)
        for dimension in [8, 16, 32, 64] {
            try #require(try integers(8, dimension)).withArrays(vectors, count: 1024) {
                let arrays = try #require($0)
                // Small beside scores of 30 bits.
                #expect(arrays.margin > 0 && arrays.margin < 1 << 20)
                #expect(arrays.scale > 100)
            }
        }
    }

    private func expectSame(_ search: CodewordSearch, _ vectors: Tensor) throws {
        let layers = search.layers
        // As bits: what is not a number equals nothing.
        func results() throws -> [(name: String, numbers: [UInt32])] {
            let total = try search(vectors, sums: .total)
            let partial = try search(vectors, sums: .partial)
            let training = try search.train(vectors, weights: (0..<layers).map { Float($0 + 1) })
            return [
                ("codes", try codes(total.indices)), ("codes with partial sums", try codes(partial.indices)),
                ("codes alone", try codes(search(vectors, sums: .none).indices)),
                ("codes of a training step", try codes(training.indices)),
                ("sums", try bits(#require(total.total))), ("partial sums", try bits(#require(partial.sums))),
                ("sums of a training step", try bits(training.total)), ("gradient", try bits(training.gradient)),
                ("codewords' sums", try training.assigned.flatMap { try bits($0.sums) }),
                ("counts", training.assigned.flatMap { $0.counts.map { UInt32($0) } }),
                ("errors", training.errors.map { Float($0).bitPattern }),
            ]
        }
        search.comparesIntegers = false
        let expected = try results()
        search.comparesIntegers = true
        for (found, expected) in zip(try results(), expected) {
            let isSame = found.numbers == expected.numbers
            #expect(isSame, "\(found.name)")
        }
    }

    private func codes(_ indices: Tensor) throws -> [UInt32] {
        try indices.array(of: Int32.self).map { UInt32(bitPattern: $0) }
    }

    private func bits(_ numbers: Tensor) throws -> [UInt32] { try numbers.array(of: Float.self).map(\.bitPattern) }
}

@Suite("Variants that compare integers")
struct IntegerVariantTests {
    /// Where this fails a compiler has lost the instructions, and the tests above are skipped.
    @Test("On x86-64, that of AVX-512")
    func variants() {
        #if arch(x86_64)
            #expect(KernelVariant.allCases.filter(\.searchesIntegers) == [.avx512])
        #else
            #expect(KernelVariant.allCases.allSatisfy { !$0.searchesIntegers })
        #endif
    }
}
