import Testing
import Torch

@testable import Quantization

@Suite("Search of a training step, in one pass")
struct TrainingSearchTests {
    /// Groups and parts that are left partly filled, blocks of codewords, and lengths of every kind.
    @Test(
        "Errors, gradient, counts and sums are those of plain arithmetic",
        arguments: [
            (1, 2, 2, 1), (5, 3, 2, 3), (64, 8, 3, 32), (130, 9, 2, 31), (1000, 4, 4, 8), (75, 16, 1, 16),
            (2049, 8, 3, 16), (40, 2, 5, 64), (17, 5, 3, 20),
        ], CodebookStructure.allCases)
    func agreement(
        _ shape: (count: Int, branching: Int, layers: Int, dimension: Int), _ structure: CodebookStructure
    ) throws {
        let (count, branching, layers, dimension) = shape
        let (quantizer, _) = try makeQuantizer(
            structure: structure, layers: layers, branching: branching, dimension: dimension)
        let vectors = try Tensor.normal([count, dimension], generator: Generator(seed: 3))
        let weights = (0..<layers).map { Float($0 + 1) / 4 }
        let search = try quantizer.packedSearch()
        let plain = try search(vectors, sums: .partial)
        let found = try search.train(vectors, weights: weights)
        #expect(try found.indices.array(of: Int32.self) == plain.indices.array(of: Int32.self))
        let partial = try #require(plain.sums)
        #expect(
            try found.total.array(of: Float.self)
                == partial.selected(axis: 0, layers - 1).array(of: Float.self))
        var gradient = try Tensor.zeros([count, dimension])
        var entering = vectors
        for layer in 0..<layers {
            let leaving = try vectors - partial.selected(axis: 0, layer)
            #expect(
                try search.sums(through: layer, of: found.indices).array(of: Float.self)
                    == partial.selected(axis: 0, layer).array(of: Float.self))
            expectClose([Float(found.errors[layer])], [try (leaving * leaving).sum().item()], "error of layer \(layer)")
            gradient = try gradient + leaving * Double(weights[layer])
            try expectAssigned(
                found.assigned[layer], plain.indices.selected(axis: 0, layer), entering,
                codewords: quantizer.settings.codewords[layer])
            entering = leaving
        }
        expectClose(
            try found.gradient.array(of: Float.self), try gradient.array(of: Float.self), absolute: 1e-5, "gradient")
    }

    private func expectAssigned(_ assigned: AssignedSums, _ indices: Tensor, _ entering: Tensor, codewords: Int) throws
    {
        let dimension = entering.size(1)
        let rows = try entering.array(of: Float.self)
        var counts = [Int64](repeating: 0, count: codewords)
        var sums = [Double](repeating: 0, count: codewords * dimension)
        for (row, codeword) in try indices.array(of: Int32.self).enumerated() {
            counts[Int(codeword)] += 1
            for axis in 0..<dimension { sums[Int(codeword) * dimension + axis] += Double(rows[row * dimension + axis]) }
        }
        #expect(assigned.counts == counts)
        expectClose(
            try assigned.sums.array(of: Float.self), sums.map { Float($0) }, absolute: 2e-5, relative: 2e-5, "sums")
    }

    @Test("All kernels and numbers of threads give the same bits", arguments: CodebookStructure.allCases)
    func sameBits(_ structure: CodebookStructure) throws {
        let (quantizer, _) = try makeQuantizer(structure: structure, layers: 3, branching: 5, dimension: 27)
        let vectors = try Tensor.normal([1500, 27], generator: Generator(seed: 3))
        let search = try quantizer.packedSearch()
        func numbers(_ kernel: SearchKernel) throws -> [Float] {
            let found = try search.train(vectors, weights: [1, 0.5, 0.25], kernel: kernel)
            return try found.gradient.array(of: Float.self) + found.errors.map { Float($0) }
                + found.assigned.flatMap { try $0.sums.array(of: Float.self) + $0.counts.map { Float($0) } }
        }
        let threads = Engine.threadCount
        defer { try? Engine.setThreadCount(threads) }
        let expected = try numbers(.baseline)
        for kernel in SearchKernel.allCases where kernel.isSupported {
            for threads in [1, 3] {
                try Engine.setThreadCount(threads)
                #expect(try numbers(kernel) == expected, "\(kernel), \(threads) threads")
            }
        }
    }

    @Test(
        "The objective and its gradient are those of the terms one by one", arguments: CodebookStructure.allCases)
    func objective(_ structure: CodebookStructure) throws {
        let (quantizer, _) = try makeQuantizer(structure: structure, beta: 0.5, betaSum: 0.125)
        let latents = try makeLatents(2, 6, 5)
        func gradient(_ loss: (ResidualQuantizer.Output) throws -> Tensor) throws -> [Float] {
            let leaf = try latents.detached().cloned()
            try leaf.setRequiresGradient(true)
            // Not 1, which would hide a factor that is forgotten.
            try (loss(quantizer(leaf)) * 3).backward()
            return try #require(try leaf.gradient()).array(of: Float.self)
        }
        let whole = try gradient { try $0.loss.total(quantizer.settings) }
        let parts = try gradient { output in
            var total = try output.loss.commitment.reduce(Tensor([0], [])) { try $0 + $1 * 0.5 }
            if let sum = output.loss.commitmentSum { total = try total + sum * 0.125 }
            return total
        }
        expectClose(whole, parts, absolute: 1e-7)
        #expect(whole.contains { abs($0) > 1e-4 })
    }

    @Test("Codebooks that are too large for sums of every part are trained by the pass after the search")
    func largeCodebooks() throws {
        let small = try makeQuantizer(layers: 2, branching: 4, dimension: 6).quantizer
        #expect(try small(makeLatents(1, 6, 3)).assigned != nil)
        let (large, _) = try makeQuantizer(layers: 2, branching: 128, dimension: 6)
        let output = try large(makeLatents(1, 6, 3))
        #expect(output.assigned == nil && output.assignment.sums != nil)
        var generator = TestGenerator(state: 1)
        #expect(try large.update(output, using: &generator).usage.map { $0.reduce(0, +) } == [9, 9])
    }
}
