import Quantization
import TensorTestSupport
import Testing
import Torch

/// The gradient of `latents` under a loss made from the quantizer's output.
private func latentGradient(
    _ quantizer: ResidualQuantizer, _ latents: Tensor,
    _ loss: (ResidualQuantizer.Output) throws -> Tensor
) throws -> [Float] {
    let leaf = try latents.detached().cloned()
    try leaf.setRequiresGradient(true)
    try loss(quantizer(leaf)).backward()
    return try #require(try leaf.gradient()).array(of: Float.self)
}

@Suite("Objective of the quantizer")
struct LossTests {
    @Test("The straight-through gradient is one")
    func straightThrough() throws {
        let (quantizer, _) = try makeQuantizer()
        let latents = try makeLatents(1, 6, 3)
        let gradient = try latentGradient(quantizer, latents) { try $0.quantized.sum() }
        #expect(gradient.allSatisfy { $0 == 1 })
    }

    @Test("Every layer's commitment reaches the encoder: 2(ξⁱ⁻¹ − eⁱ)/count")
    func commitmentGradients() throws {
        let (quantizer, _) = try makeQuantizer()
        let latents = try makeLatents(1, 6, 3)
        let output = try quantizer(latents)
        let sums = try #require(output.assignment.sums)
        for layer in 0..<3 {
            let gradient = try latentGradient(quantizer, latents) { $0.loss.commitment[layer] }
            let expected = try ((output.vectors - sums.selected(axis: 0, layer)) * (2 / Double(latents.count)))
                .reshaped([1, 3, 3, 6]).permuted([0, 3, 1, 2]).array(of: Float.self)
            expectClose(gradient, expected, "layer \(layer)")
            #expect(gradient.contains { abs($0) > 1e-4 })
        }
    }

    @Test("Terms are the means that the paper writes")
    func values() throws {
        let (quantizer, _) = try makeQuantizer(learning: .gradient)
        let latents = try makeLatents(2, 6, 4)
        let output = try quantizer(latents)
        let sums = try #require(output.assignment.sums)
        for layer in 0..<3 {
            let expected = try output.vectors.meanSquaredError(sums.selected(axis: 0, layer)).item()
            expectClose([try output.loss.commitment[layer].item()], [expected], "commitment \(layer)")
            expectClose([try output.loss.codebook[layer].item()], [expected], relative: 1e-4, "codebook \(layer)")
        }
        let last = try output.loss.commitment[2].item()
        expectClose([try #require(output.loss.codebookSum).item()], [last], relative: 1e-4, "sum of codewords")
        expectClose([try #require(output.loss.commitmentSum).item()], [last], "commitment to the sum")
    }

    @Test("β weighs commitment and β₀ the commitment to the sum; codebook terms count by gradient alone")
    func weights() throws {
        let latents = try makeLatents(1, 6, 4)
        for learning in CodebookLearning.allCases {
            let (quantizer, _) = try makeQuantizer(learning: learning, beta: 0.5, betaSum: 0.125)
            let output = try quantizer(latents)
            let layers = try output.loss.commitment.reduce(0) { try $0 + $1.item() }
            let sum = try #require(output.loss.commitmentSum).item()
            let codebook = learning == .gradient ? layers + sum : 0
            expectClose(
                [try output.loss.total(quantizer.settings).item()], [0.5 * layers + 0.125 * sum + codebook],
                relative: 1e-4, "\(learning)")
        }
    }

    @Test("By gradient, codebook terms reach codewords and commitment does not; by averages, nothing does")
    func codewordGradients() throws {
        let latents = try makeLatents(1, 6, 4)
        let (quantizer, store) = try makeQuantizer(learning: .gradient)
        try quantizer(latents).loss.codebook[1].backward()
        #expect(try store["codebooks.1"]?.tensor.gradient() != nil)
        #expect(try store["codebooks.0"]?.tensor.gradient() == nil)
        let (averaged, averagedStore) = try makeQuantizer(learning: .movingAverage)
        #expect(averagedStore.trainable.isEmpty && averagedStore.all.count == 3)
        #expect(try averaged(latents).loss.total(averaged.settings).requiresGradient == false)
    }

    @Test("A flat quantizer has a term a layer and none for the sum", arguments: CodebookLearning.allCases)
    func flat(_ learning: CodebookLearning) throws {
        let (quantizer, _) = try makeQuantizer(structure: .flat, learning: learning, beta: 0.5, betaSum: 9)
        let loss = try quantizer(makeLatents(1, 6, 4)).loss
        #expect(loss.codebookSum == nil && loss.commitmentSum == nil)
        #expect(!loss.terms.contains { $0.name.hasSuffix(".sum") })
        let layers = try loss.commitment.reduce(0) { try $0 + $1.item() }
        expectClose(
            [try loss.total(quantizer.settings).item()], [layers * (learning == .gradient ? 1.5 : 0.5)], relative: 1e-4)
    }
}
