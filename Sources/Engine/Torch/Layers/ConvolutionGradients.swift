/// The gradients of a convolution by LibTorch, on the processor, with a bit pattern that does not depend on the number of
/// threads.
///
/// The weight's gradient is a sum over images and positions. LibTorch cuts it into as many parts as there are threads;
/// here the shape alone decides, and each part is the work of one thread.
package struct ConvolutionGradients {
    /// [out, in, height, width], transposed [in, out, height, width].
    private let weight: Tensor
    private let stride: Int
    private let padding: Int
    private let isTransposed: Bool

    /// As many images as there are parts at most.
    private static let manyImages = 16

    /// The gradients of a convolution.
    ///
    /// - Parameter weight: [out, in, height, width], transposed [in, out, height, width]; in the maps' element type.
    package init(weight: Tensor, stride: Int = 1, padding: Int = 0, isTransposed: Bool = false) {
        self.weight = weight
        self.stride = stride
        self.padding = padding
        self.isTransposed = isTransposed
    }

    /// The gradient of the weight, in float32 where there is more than one part.
    ///
    /// - Parameters:
    ///   - gradient: That of the product.
    ///   - input: [N, in, H, W].
    /// - Throws: ``TorchError``.
    package func weightGradient(_ gradient: Tensor, input: Tensor) throws -> Tensor {
        let (gradient, input) = try (asRows(gradient), asRows(input))
        let positions = min(gradient.count / gradient.size(1), input.count / input.size(1))
        let parts = FixedParts(of: input.size(0), products: positions * weight.count)
        let sums = try Engine.jobs(parts.count) { part in
            try backward(
                gradient.narrowed(axis: 0, parts[part]), input: input.narrowed(axis: 0, parts[part]), result: 1)
        }
        guard sums.count > 1 else { return sums[0] }
        return try Tensor.stack(sums, axis: 0).wideSum(axes: [0])
    }

    /// The gradient of the input.
    ///
    /// - Throws: ``TorchError``.
    package func inputGradient(_ gradient: Tensor, input: Tensor) throws -> Tensor {
        let shape = input.shape
        guard isPointwise, shape[0] < Self.manyImages else {
            return try backward(gradient, input: input, result: 0)
        }
        let (gradient, rows) = try (asRows(gradient), asRows(input))
        func rowsGradient() throws -> Tensor { try backward(gradient, input: rows, result: 0) }
        // With one thread, LibTorch computes that of fewer images in another way.
        let found = try rows.size(0) < Self.manyImages ? Engine.jobs(1) { _ in try rowsGradient() }[0] : rowsGradient()
        return try found.permuted([0, 2, 3, 1]).reshaped([shape[0], shape[2], shape[3], shape[1]]).permuted([
            0, 3, 1, 2,
        ])
    }

    private var isPointwise: Bool {
        weight.size(2) == 1 && weight.size(3) == 1 && stride == 1 && padding == 0
    }

    /// A pointwise convolution knows no images: each row of the grid can be one, so that few images have parts too. Many
    /// images stay as they are, as one-row images cost oneDNN more.
    private func asRows(_ map: Tensor) throws -> Tensor {
        guard isPointwise, map.size(0) < Self.manyImages else { return map }
        return try map.channelsLast().permuted([0, 2, 3, 1]).reshaped([-1, 1, map.size(3), map.size(1)])
            .permuted([0, 3, 1, 2])
    }

    private func backward(_ gradient: Tensor, input: Tensor, result: Int) throws -> Tensor {
        func pair(_ number: Int) -> Value { .integers([number, number]) }
        let results = try Operators.convolutionBackward.results([
            .tensor(gradient), .tensor(input), .tensor(weight), nil, pair(stride), pair(padding), [1, 1],
            .boolean(isTransposed), [0, 0], 1, .integers([result == 0 ? 1 : 0, result == 1 ? 1 : 0, 0]),
        ])
        guard results.count == 3, case .tensor(let found) = results[result] else {
            throw TorchError.unexpectedResult(
                operation: Operators.convolutionBackward.name, text: "a gradient was expected")
        }
        return found
    }
}
