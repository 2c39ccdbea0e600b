import Torch

extension ResidualQuantizer {
    /// The forward pass of training on a processor where codewords are moving averages: one pass over the vectors
    /// searches, sums errors and vectors up, and leaves the commitment's gradient.
    func forwardInOnePass(_ latents: Tensor) throws -> Output {
        let shape = latents.shape
        let latents = try latents.to(.float32)
        let vectors = try withoutGradients {
            try latents.detached().permuted([0, 2, 3, 1]).reshaped([-1, settings.dimension]).contiguous()
        }
        let search = try packedSearch()
        let weights = commitmentWeights()
        // The derivative of the mean of squares.
        let slope = 2 / Double(vectors.count)
        let found = try search.train(vectors, weights: weights.map { Float($0 * slope) })
        func map(_ rows: Tensor) throws -> Tensor {
            try rows.reshaped([shape[0], shape[2], shape[3], shape[1]]).permuted([0, 3, 1, 2])
        }
        let errors = found.errors.map { $0 / Double(vectors.count) }
        let indices = found.indices
        // Few look at a term's gradient alone, so it waits until they do.
        let commitment = try errors.enumerated().map { layer, error in
            try Tensor([Float(error)], []).withGradient(of: [latents]) {
                [try map((vectors - search.sums(through: layer, of: indices)) * slope) * $0]
            }
        }
        var loss = QuantizerLoss(
            codebookSum: nil, commitmentSum: nil, codebook: try commitment.map { try $0.detached() },
            commitment: commitment)
        if settings.structure == .hierarchical {
            loss.codebookSum = loss.codebook[settings.layers - 1]
            loss.commitmentSum = commitment[settings.layers - 1]
        }
        let gradient = try map(found.gradient)
        let weighted = zip(weights, errors).reduce(0) { $0 + $1.0 * $1.1 }
        loss.weighted = try Tensor([Float(weighted)], []).withGradient(of: [latents]) {
            [try $0.item() == 1 ? gradient : gradient * $0]
        }
        let quantized = try map(found.total).withGradient(of: [latents]) { [$0] }
        return Output(
            quantized: quantized, shortened: quantized, loss: loss, assignment: Assignment(indices: indices),
            vectors: vectors, assigned: found.assigned, search: search)
    }

    /// How much each layer's commitment term counts; the last one's is the term of the sum of codewords as well.
    private func commitmentWeights() -> [Double] {
        var weights = Array(repeating: settings.beta, count: settings.layers)
        if settings.structure == .hierarchical { weights[settings.layers - 1] += settings.betaSum }
        return weights
    }
}
