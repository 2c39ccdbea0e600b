import Torch

/// The operators that this module calls beyond those of `Tensor`, looked up once.
enum FeatureOperators {
    static let convolution = Operator("aten::conv2d")
    static let averagePool = Operator("aten::avg_pool2d")
    static let adaptiveAveragePool = Operator("aten::adaptive_avg_pool2d")
    static let maximumPool = Operator("aten::max_pool2d")
    static let resizeBilinear = Operator("aten::upsample_bilinear2d")
    static let meanAxes = Operator("aten::mean", "dim")
    static let softmax = Operator("aten::softmax", "int")
    static let crossEntropy = Operator("aten::cross_entropy_loss")
    static let argmax = Operator("aten::argmax")
    static let matrixMultiplyAdd = Operator("aten::addmm")
    static let symmetricEigen = Operator("aten::linalg_eigh")
    static let symmetricEigenvalues = Operator("aten::linalg_eigvalsh")
    static let trace = Operator("aten::trace")
    static let reciprocalRoot = Operator("aten::rsqrt")
}

extension Tensor {
    /// The mean over both axes of positions: [N, C, H, W] to [N, C].
    func meanOfPositions() throws -> Tensor { try FeatureOperators.meanAxes(.tensor(self), [2, 3], false) }

    /// Maxima of squares; agrees with `torch.nn.functional.max_pool2d`.
    func maximumPooled(_ side: Int, stride: Int, padding: Int = 0) throws -> Tensor {
        try FeatureOperators.maximumPool(
            .tensor(self), [side, side], [stride, stride], [padding, padding], [1, 1], false)
    }

    /// Means of 3×3 squares, those at the border over the pixels that there are; agrees with
    /// `torch.nn.functional.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)`.
    func averagePooled() throws -> Tensor {
        try FeatureOperators.averagePool(.tensor(self), [3, 3], [1, 1], [1, 1], false, false, .none)
    }
}
