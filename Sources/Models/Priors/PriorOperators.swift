import Torch

/// The operators that this module calls beyond those of `Tensor`, looked up once.
enum PriorOperators {
    static let elu = Operator("aten::elu")
    static let glu = Operator("aten::glu")
    static let eluInto = Operator("aten::elu", "out")
    static let eluInPlace = Operator("aten::elu_")
    static let addProduct = Operator("aten::addmm")
    static let addProductInto = Operator("aten::addmm", "out")
    static let addProductInPlace = Operator("aten::addmm_")
    static let linear = Operator("aten::linear")
    static let convolution = Operator("aten::conv2d")
    static let attention = Operator("aten::scaled_dot_product_attention")
    static let efficientAttention = Operator("aten::_scaled_dot_product_efficient_attention")
    static let embedding = Operator("aten::embedding")
    static let crossEntropy = Operator("aten::cross_entropy_loss")
    static let bernoulli = Operator("aten::bernoulli_", "float")
    static let random = Operator("aten::random_")
    static let view = Operator("aten::as_strided")
    static let expand = Operator("aten::expand")
    static let indexSelectInto = Operator("aten::index_select", "out")
    static let indexCopyInPlace = Operator("aten::index_copy_")
    static let atLeast = Operator("aten::ge", "Tensor")
    static let maskedFill = Operator("aten::masked_fill", "Scalar")
    static let isFinite = Operator("aten::isfinite")
    static let allAlong = Operator("aten::all", "dim")
    static let either = Operator("aten::logical_or")
    static let largest = Operator("aten::amax")
    static let divideByNumber = Operator("aten::div", "Scalar")
    static let softmax = Operator("aten::softmax", "int")
    static let runningSum = Operator("aten::cumsum")
    static let search = Operator("aten::searchsorted", "Tensor")
    static let clampMost = Operator("aten::clamp_max")
    static let argmax = Operator("aten::argmax")
    static let sort = Operator("aten::sort", "stable")
    static let gather = Operator("aten::gather")
}

extension Tensor {
    /// x where it is positive, eˣ − 1 elsewhere; agrees with `torch.nn.functional.elu`.
    func elu() throws -> Tensor { try PriorOperators.elu(.tensor(self)) }

    /// ELU written into memory that there is; agrees with `torch.nn.functional.elu`.
    func elu(into result: Tensor) throws {
        try PriorOperators.eluInto(.tensor(self), 1, 1, 1, .tensor(result))
    }

    /// ELU in this tensor's memory; only for a tensor that nothing else reads.
    func eluInPlace() throws { try PriorOperators.eluInPlace(.tensor(self)) }

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
