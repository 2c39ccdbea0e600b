import Processors
import TensorTestSupport
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

    /// The second shape has more sums than LibTorch would add in one thread.
    @Test(
        "All kernels and numbers of threads give the same bits", arguments: CodebookStructure.allCases,
        [(1500, 5, 27), (3000, 8, 32)])
    func sameBits(
        _ structure: CodebookStructure, _ shape: (count: Int, branching: Int, dimension: Int)
    ) throws {
        let (quantizer, _) = try makeQuantizer(
            structure: structure, layers: 3, branching: shape.branching, dimension: shape.dimension)
        let vectors = try Tensor.normal([shape.count, shape.dimension], generator: Generator(seed: 3))
        let search = try quantizer.packedSearch()
        func numbers(_ kernel: KernelVariant) throws -> [Float] {
            let found = try search.train(vectors, weights: [1, 0.5, 0.25], kernel: kernel)
            return try found.gradient.array(of: Float.self) + found.errors.map { Float($0) }
                + found.assigned.flatMap { try $0.sums.array(of: Float.self) + $0.counts.map { Float($0) } }
        }
        let threads = Engine.threadCount
        defer { try? Engine.setThreadCount(threads) }
        let expected = try numbers(.portable)
        for kernel in KernelVariant.allCases where kernel.isSupported {
            for threads in [1, 3] {
                try Engine.setThreadCount(threads)
                let found = try numbers(kernel)
                #expect(found.elementsEqual(expected), "\(kernel), \(threads) threads")
            }
        }
    }

    /// What a leaf may be, beside the channels-last float32 that the encoder gives.
    enum Leaf: CaseIterable { case channelsLast, channelsFirst, bfloat16 }

    @Test(
        "The objective and its gradient are those of squared errors against partial sums",
        arguments: CodebookStructure.allCases, Leaf.allCases)
    func objective(_ structure: CodebookStructure, _ kind: Leaf) throws {
        let (quantizer, _) = try makeQuantizer(structure: structure, beta: 0.5, betaSum: 0.125)
        let settings = quantizer.settings
        let latents = try makeLatents(2, 6, 5)
        func leaf() throws -> Tensor {
            let leaf =
                switch kind {
                case .channelsLast: try latents.cloned()
                case .channelsFirst: try latents.contiguous().cloned()
                case .bfloat16: try latents.to(.bfloat16).cloned()
                }
            try leaf.setRequiresGradient(true)
            return leaf
        }
        func gradient(_ leaf: Tensor, _ loss: Tensor) throws -> [Float] {
            // Not 1, which would hide a factor that is forgotten.
            try (loss * 3).backward()
            return try #require(try leaf.gradient()).to(.float32).contiguous().array(of: Float.self)
        }
        var other = settings
        other.beta = 2
        for weights in [settings, other] {
            let plain = try leaf()
            let rows = try plain.to(.float32).permuted([0, 2, 3, 1]).reshaped([-1, 6])
            let sums = try #require(quantizer.assign(rows.detached(), sums: .partial).sums)
            var objective = try Tensor([0], [])
            for layer in 0..<3 {
                let isSum = layer == 2 && structure == .hierarchical
                objective =
                    try objective + rows.meanSquaredError(sums.selected(axis: 0, layer))
                    * (weights.beta + (isSum ? weights.betaSum : 0))
            }
            let expected = try gradient(plain, objective + plain.to(.float32).sum())
            let own = try leaf()
            let output = try quantizer(own)
            #expect(output.assigned != nil)
            let total = try output.loss.total(weights)
            expectClose([try total.item()], [try objective.item()])
            let found = try gradient(own, total + output.quantized.sum())
            expectClose(found, expected, absolute: 1e-6, relative: kind == .bfloat16 ? 1e-2 : 1e-5)
            #expect(found.contains { abs($0 - 3) > 1e-3 })
        }
    }

    @Test("A step with gradients moves the codewords as one without", arguments: CodebookStructure.allCases)
    func update(_ structure: CodebookStructure) throws {
        var results: [[[Float]]] = []
        for hasGradient in [false, true] {
            let (quantizer, _) = try makeQuantizer(structure: structure, decay: 0.5)
            try quantizer.markInitialized()
            var generator = TestGenerator(state: 1)
            for seed in 0..<3 {
                let latents = try makeLatents(4, 6, 7, seed: UInt64(seed))
                try latents.setRequiresGradient(hasGradient)
                let output = try quantizer(latents)
                #expect((output.assigned != nil) == hasGradient)
                _ = try quantizer.update(output, using: &generator)
            }
            results.append(try quantizer.codebooks.map { try $0.tensor.array(of: Float.self) })
        }
        for (plain, own) in zip(results[0], results[1]) { expectClose(own, plain, absolute: 1e-5, relative: 1e-4) }
    }

    @Test(
        "A codeword is revived onto what entered its layer in this step, before codewords moved",
        arguments: CodebookStructure.allCases)
    func revival(_ structure: CodebookStructure) throws {
        let (quantizer, _) = try makeQuantizer(
            structure: structure, layers: 2, branching: 3, decay: 0.1, reviveAfter: 1)
        let second = quantizer.codebooks[1].tensor
        // The first codeword of each codebook of the second layer is out of reach.
        try second.narrowed(axis: 1, 0..<1).fillInPlace(1e3)
        try quantizer.markInitialized()
        let latents = try makeLatents(4, 6, 5)
        try latents.setRequiresGradient(true)
        let before = try quantizer.packedSearch()
        let output = try quantizer(latents)
        var generator = TestGenerator(state: 1)
        let update = try quantizer.update(output, using: &generator)
        #expect(update.revived[1] == (structure == .flat ? 1 : 3))
        let entered = try (output.vectors - before.sums(through: 0, of: output.assignment.indices))
            .array(of: Float.self)
        let rows = Set((0..<entered.count / 6).map { Array(entered[$0 * 6..<($0 + 1) * 6]) })
        let codewords = try second.array(of: Float.self)
        let moved = update.moved.filter { $0.parameter === quantizer.codebooks[1] }
        #expect(!moved.isEmpty)
        for codeword in moved.flatMap(\.rows) {
            #expect(rows.contains(Array(codewords[codeword * 6..<(codeword + 1) * 6])), "codeword \(codeword)")
        }
    }

    @Test("A codeword that is not a number spoils no sums but those of its own vectors")
    func notANumber() throws {
        let (quantizer, _) = try makeQuantizer(layers: 2, branching: 2, dimension: 3)
        try quantizer.codebooks[0].tensor.narrowed(axis: 1, 1..<2).fillInPlace(.nan)
        let vectors = try Tensor.normal([20, 3], generator: Generator(seed: 3))
        let found = try quantizer.packedSearch().train(vectors, weights: [1, 1])
        #expect(found.assigned[0].counts == [20, 0])
        #expect(try found.assigned[0].sums.array(of: Float.self).allSatisfy(\.isFinite))
    }

    @Test("Codebooks that are too large for sums of every part are trained by the pass after the search")
    func largeCodebooks() throws {
        let (large, _) = try makeQuantizer(layers: 2, branching: 128, dimension: 6)
        let latents = try makeLatents(1, 6, 3)
        try latents.setRequiresGradient(true)
        let output = try large(latents)
        #expect(output.assigned == nil && output.assignment.sums != nil)
        var generator = TestGenerator(state: 1)
        #expect(try large.update(output, using: &generator).usage.map { $0.reduce(0, +) } == [9, 9])
    }
}
