import Quantization
import TensorTestSupport
import Testing
import Torch

@Suite("Codebooks in training")
struct CodebookTrainingTests {
    private func rows(_ latents: Tensor, _ dimension: Int) throws -> Tensor {
        try latents.permuted([0, 2, 3, 1]).reshaped([-1, dimension])
    }

    private func squares(_ tensor: Tensor) throws -> Float { try (tensor * tensor).sum().item() }

    @Test("One layer: an update is γN + (1 − γ)n, γS + (1 − γ)s, S/N")
    func movingAverage() throws {
        let (quantizer, _) = try makeQuantizer(layers: 1, branching: 2, dimension: 1, decay: 0.75)
        try quantizer.codebooks[0].tensor.copyInPlace(from: Tensor([0, 10] as [Float], [1, 2, 1]))
        try quantizer.markInitialized()
        let latents = try Tensor([1, 2, 9, 3] as [Float], [1, 1, 2, 2])
        var generator = TestGenerator(state: 1)
        let update = try quantizer.update(quantizer(latents), using: &generator)
        #expect(update.usage == [[3, 1]])
        // N = 0.75 + 0.25·3 = 1.5 and 1; S = 0 + 0.25·6 and 7.5 + 0.25·9.
        expectClose(try quantizer.codebooks[0].tensor.array(of: Float.self), [1, 9.75])
    }

    @Test("The decay has an effect, and gradient learning leaves codewords alone")
    func decay() throws {
        let latents = try makeLatents(2, 6, 8)
        var results: [[Float]] = []
        for decay in [0.5, 0.99] {
            let (quantizer, _) = try makeQuantizer(decay: decay)
            try quantizer.markInitialized()
            var generator = TestGenerator(state: 1)
            _ = try quantizer.update(quantizer(latents), using: &generator)
            results.append(try quantizer.codebooks[0].tensor.array(of: Float.self))
        }
        #expect(results[0] != results[1])
        let (quantizer, _) = try makeQuantizer(learning: .gradient)
        try quantizer.markInitialized()
        let before = try quantizer.codebooks[0].tensor.array(of: Float.self)
        var generator = TestGenerator(state: 1)
        let update = try quantizer.update(quantizer(latents), using: &generator)
        #expect(update.usage[0].reduce(0, +) == 128)
        #expect(try quantizer.codebooks[0].tensor.array(of: Float.self) == before)
    }

    @Test(
        "k-means start: every codeword is used, and the first update does not shrink codewords",
        arguments: CodebookStructure.allCases)
    func kMeansStart(_ structure: CodebookStructure) throws {
        let (quantizer, _) = try makeQuantizer(structure: structure, layers: 2, branching: 4, dimension: 6, decay: 0.99)
        let latents = try makeLatents(4, 6, 16)
        var generator = TestGenerator(state: 1)
        #expect(try quantizer.isInitialized() == false)
        try quantizer.initialize(with: rows(latents, 6), iterations: 10, using: &generator)
        #expect(try quantizer.isInitialized())
        let before = try squares(quantizer.codebooks[0].tensor)
        let update = try quantizer.update(quantizer(latents), using: &generator)
        #expect(update.usage.allSatisfy { $0.allSatisfy { $0 > 0 } })
        let after = try squares(quantizer.codebooks[0].tensor)
        #expect(abs(after - before) < 0.02 * before)
    }

    @Test("Updates on the same data lower its error")
    func convergence() throws {
        let (quantizer, _) = try makeQuantizer(layers: 2, decay: 0.5)
        try quantizer.markInitialized()
        let latents = try makeLatents(4, 6, 16)
        var generator = TestGenerator(state: 1)
        let before = try #require(quantizer(latents).loss.commitmentSum).item()
        for _ in 0..<30 { _ = try quantizer.update(quantizer(latents), using: &generator) }
        #expect(try #require(quantizer(latents).loss.commitmentSum).item() < 0.8 * before)
    }

    @Test("A dead codeword is moved with its sums onto a vector of its own parent, and stays there")
    func revival() throws {
        let (quantizer, _) = try makeQuantizer(layers: 2, branching: 2, dimension: 2, decay: 0.9, reviveAfter: 2)
        // Parent 0 near (0, 0) with children at 0 and far away; parent 1 near (100, 100).
        try quantizer.codebooks[0].tensor.copyInPlace(from: Tensor([0, 0, 100, 100] as [Float], [1, 2, 2]))
        try quantizer.codebooks[1].tensor.copyInPlace(
            from: Tensor([0, 0, 900, 900, 0, 0, 1, 1] as [Float], [2, 2, 2]))
        try quantizer.markInitialized()
        let latents = try Tensor([0, 1, 100, 101, 0, 1, 100, 101] as [Float], [1, 2, 2, 2])
        var generator = TestGenerator(state: 1)
        #expect(try quantizer.update(quantizer(latents), using: &generator).revived == [0, 0])
        let revival = try quantizer.update(quantizer(latents), using: &generator)
        #expect(revival.revived == [0, 1] && revival.moved.map(\.rows) == [1..<2])
        #expect(revival.moved[0].parameter === quantizer.codebooks[1])
        let child = try quantizer.codebooks[1].tensor.array(of: Float.self)[2..<4]
        // Its parent's vectors are (0, 0) and (1, 1), the residuals as large; parent 1's never come here.
        #expect(child.allSatisfy { abs($0) < 2 })
        let update = try quantizer.update(quantizer(latents), using: &generator)
        #expect(update.revived == [0, 0] && update.usage[1][1] > 0)
        let later = try quantizer.codebooks[1].tensor.array(of: Float.self)[2..<4]
        #expect(zip(child, later).allSatisfy { abs($0 - $1) < 0.5 })
    }

    @Test("Flat: dead codewords of a large codebook come to life all at once, far from each other or not")
    func flatRevival() throws {
        let (quantizer, _) = try makeQuantizer(
            structure: .flat, layers: 2, branching: 600, dimension: 6, decay: 0.9, reviveAfter: 1)
        for codebook in quantizer.codebooks { try codebook.tensor.fillInPlace(1e3) }
        try quantizer.markInitialized()
        // 600 wanted of 65,536 vectors of 6 numbers is beyond the limit of k-means++, 600 of 256 below.
        for (images, side) in [(64, 32), (1, 16)] {
            let latents = try makeLatents(images, 6, side)
            var generator = TestGenerator(state: 1)
            let update = try quantizer.update(quantizer(latents), using: &generator)
            #expect(update.revived[0] > 200, "\(update.revived)")
            let after = try quantizer.update(quantizer(latents), using: &generator)
            #expect(after.usage[0].count { $0 > 0 } > 200)
        }
    }

    @Test("reviveAfter 0 never revives")
    func noRevival() throws {
        let (quantizer, _) = try makeQuantizer(layers: 1, branching: 4, dimension: 6, reviveAfter: 0)
        try quantizer.markInitialized()
        let latents = try Tensor.zeros([1, 6, 2, 2])
        var generator = TestGenerator(state: 1)
        for _ in 0..<5 { #expect(try quantizer.update(quantizer(latents), using: &generator).revived == [0]) }
    }

    @Test("A revived codeword takes its descendants along: they are placed anew on its vectors")
    func descendants() throws {
        let (quantizer, _) = try makeQuantizer(layers: 2, branching: 2, dimension: 1, decay: 0.9, reviveAfter: 1)
        try quantizer.codebooks[0].tensor.copyInPlace(from: Tensor([0, 1000] as [Float], [1, 2, 1]))
        try quantizer.codebooks[1].tensor.copyInPlace(from: Tensor([0, 1, 500, 600] as [Float], [2, 2, 1]))
        try quantizer.markInitialized()
        let latents = try Tensor([0, 1, 8, 9] as [Float], [1, 1, 2, 2])
        var generator = TestGenerator(state: 1)
        for _ in 0..<6 { _ = try quantizer.update(quantizer(latents), using: &generator) }
        let update = try quantizer.update(quantizer(latents), using: &generator)
        #expect(update.usage.allSatisfy { $0.allSatisfy { $0 == 1 || $0 == 2 } })
    }

    @Test("The state of the statistics goes into another quantizer, the 'initialised' flag too")
    func state() throws {
        let (first, _) = try makeQuantizer()
        var generator = TestGenerator(state: 1)
        let latents = try makeLatents(2, 6, 8)
        try first.initialize(with: rows(latents, 6), iterations: 2, using: &generator)
        _ = try first.update(first(latents), using: &generator)
        let (second, _) = try makeQuantizer(seed: 9)
        let saved = Dictionary(uniqueKeysWithValues: first.statistics.state().map { ($0.name, $0.tensor) })
        try copyState(saved, into: second.statistics.state(), source: "test")
        #expect(try second.isInitialized())
        for (mine, theirs) in zip(first.statistics.state(), second.statistics.state()) {
            #expect(try mine.tensor.array(of: Float.self) == theirs.tensor.array(of: Float.self))
        }
    }
}
