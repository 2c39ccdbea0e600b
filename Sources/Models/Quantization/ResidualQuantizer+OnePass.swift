import Torch

extension ResidualQuantizer {
    /// The forward pass of training on a processor where codewords are moving averages: one pass over the vectors
    /// searches, sums errors and vectors up, and leaves the commitment's gradient.
    ///
    /// With V·D numbers, the gradient of the weighted terms is 2/(V·D) · Σᵢ βᵢ ξⁱ, where βᵢ is β, and β + β₀ in a
    /// hierarchy's last layer.
    ///
    /// - Parameter latents: ξ⁰, [N, D, H, W] with V = N·H·W > 0.
    /// - Throws: `TorchError`.
    func forwardInOnePass(_ latents: Tensor) throws -> Output {
        let shape = latents.shape
        let latents = try latents.to(.float32)
        let vectors = try withoutGradients {
            try latents.detached().latentRows().contiguous()
        }
        let search = try packedSearch()
        let weights = commitmentWeights()
        // The derivative of the mean of squares.
        let slope = 2 / Double(vectors.count)
        let found = try search.train(vectors, weights: weights.map { Float($0 * slope) })
        let errors = found.errors.map { $0 / Double(vectors.count) }
        let indices = found.indices
        // Few look at a term's gradient alone, so it waits until they do.
        let commitment = try errors.enumerated().map { layer, error in
            try Tensor([Float(error)], []).withGradient(of: [latents]) {
                [try ((vectors - search.sums(through: layer, of: indices)) * slope).grid(shape) * $0]
            }
        }
        var loss = QuantizerLoss(
            codebookSum: nil, commitmentSum: nil, codebook: try commitment.map { try $0.detached() },
            commitment: commitment)
        if settings.structure == .hierarchical {
            loss.codebookSum = loss.codebook[settings.layers - 1]
            loss.commitmentSum = commitment[settings.layers - 1]
        }
        let gradient = try found.gradient.grid(shape)
        let weighted = try Tensor([Float(zip(weights, errors).reduce(0) { $0 + $1.0 * $1.1 })], [])
            .withGradient(of: [latents]) { [try $0.item() == 1 ? gradient : gradient * $0] }
        loss.weighted = .init(value: weighted, weights: (settings.beta, settings.betaSum))
        let quantized = try found.total.grid(shape).withGradient(of: [latents]) { [$0] }
        return Output(
            quantizer: self, quantized: quantized, shortened: quantized, loss: loss,
            assignment: Assignment(indices: indices),
            vectors: vectors, assigned: found.assigned, search: search)
    }

    /// How much each layer's commitment term counts; the last one's is the term of the sum of codewords as well.
    private func commitmentWeights() -> [Double] {
        var weights = Array(repeating: settings.beta, count: settings.layers)
        if settings.structure == .hierarchical { weights[settings.layers - 1] += settings.betaSum }
        return weights
    }
}
