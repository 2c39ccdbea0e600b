import Torch

/// The operators that this module calls beyond those of `Tensor`, looked up once.
enum PriorOperators {
    static let elu = Operator("aten::elu")
    static let glu = Operator("aten::glu")
    static let addProductInPlace = Operator("aten::addmm_")
    static let linear = Operator("aten::linear")
    static let convolution = Operator("aten::conv2d")
    static let attention = Operator("aten::scaled_dot_product_attention")
    static let embedding = Operator("aten::embedding")
    static let crossEntropy = Operator("aten::cross_entropy_loss")
    static let bernoulli = Operator("aten::bernoulli_", "float")
    static let random = Operator("aten::random_")
}

extension Tensor {
    /// x where it is positive, eˣ − 1 elsewhere; agrees with `torch.nn.functional.elu`.
    func elu() throws -> Tensor { try PriorOperators.elu(.tensor(self)) }

    /// a · σ(b) of the two halves [a, b] of the last axis; agrees with `torch.nn.functional.glu`.
    func gatedLinearUnit() throws -> Tensor { try PriorOperators.glu(.tensor(self), -1) }

    /// [N, …, C] as [N · …, C].
    func rows() throws -> Tensor { try reshaped([-1, size(rank - 1)]) }

    /// Each element kept with the probability 1 − `share` and divided by it, or set to zero, as
    /// `torch.nn.functional.dropout`, with random numbers of a generator of the caller's, so that a run can be resumed
    /// exactly.
    func dropout(_ share: Double, _ generator: Generator?) throws -> Tensor {
        guard let generator, share > 0 else { return self }
        let kept = try Tensor.empty(shape, dataType, device: device)
        try PriorOperators.bernoulli(.tensor(kept), .real(1 - share), .generator(generator))
        try kept.multiplyInPlace(1 / (1 - share))
        return try self * kept
    }

    /// Every element repeated over `rows` × `columns` positions: [N, h, w] to [N, h·rows, w·columns].
    func repeated(rows: Int, columns: Int) throws -> Tensor {
        var result = self
        for (axis, factor) in [(1, rows), (2, columns)] where factor > 1 {
            let size = result.size(axis)
            let numbers = (0..<size * factor).map { Int64($0 / factor) }
            result = try result.indexSelected(axis: axis, Tensor(numbers, [numbers.count]).to(result.device))
        }
        return result
    }
}
