/// A convolution's parameters in the element type that it runs in, and the product itself with its gradients.
///
/// LibTorch's own recording costs passes over memory that are not needed: the bias's gradient inside of oneDNN takes
/// four times as long as a sum over the same gradient, a ReLU or a sum after the product is a pass of its own, and each
/// gradient on the way back is a new tensor. What is computed is the same.
package struct ConvolutionProduct {
    /// What is done with the product before it is written.
    package enum Finish {
        /// Nothing.
        case none
        /// max(x, 0).
        case relu
        /// Another tensor of its shape is added.
        case adding(Tensor)
    }

    /// The gradients of a product's operands.
    package struct Gradients {
        /// That of the input, where it was asked for; memory that nothing else reads.
        package var input: Tensor?
        /// That of the weight.
        package var weight: Tensor
        /// That of the bias.
        package var bias: Tensor
    }

    /// [out, in, filter, filter]; of a transposed convolution [in, out, filter, filter].
    package let weight: Tensor
    /// [out].
    package let bias: Tensor
    private let stride: Int
    private let padding: Int
    private let isTransposed: Bool

    init(_ weight: Parameter, _ bias: Parameter, type: DataType, stride: Int, padding: Int, isTransposed: Bool) throws {
        self.weight = try weight.tensor.to(type)
        self.bias = try bias.tensor.to(type)
        self.stride = stride
        self.padding = padding
        self.isTransposed = isTransposed
    }

    /// The product, without recording.
    ///
    /// - Throws: ``TorchError`` if shapes do not fit.
    package func callAsFunction(_ input: Tensor, _ finish: Finish = .none) throws -> Tensor {
        try withoutGradients {
            if !isTransposed, Self.canFuse(input) { return try fused(input, finish) }
            let result =
                try isTransposed
                ? Operators.transposedConvolution(
                    .tensor(input), .tensor(weight), .tensor(bias), .integers(pair(stride)), .integers(pair(padding)),
                    [0, 0], 1, [1, 1])
                : Operators.convolution(
                    .tensor(input), .tensor(weight), .tensor(bias), .integers(pair(stride)), .integers(pair(padding)),
                    [1, 1], 1)
            switch finish {
            case .none: return result
            case .relu: return try result.reluInPlace()
            case .adding(let other):
                try result.addInPlace(other)
                return result
            }
        }
    }

    /// One pass of oneDNN, which applies to products on the processor alone.
    private func fused(_ input: Tensor, _ finish: Finish) throws -> Tensor {
        let operands: [Value] = [.tensor(weight), .tensor(bias)]
        let shape: [Value] = [.integers(pair(padding)), .integers(pair(stride)), [1, 1], 1]
        switch finish {
        case .none:
            return try Operators.pointwiseConvolution([.tensor(input)] + operands + shape + [.string("none"), [], nil])
        case .relu:
            return try Operators.pointwiseConvolution([.tensor(input)] + operands + shape + [.string("relu"), [], nil])
        case .adding(let other):
            return try Operators.pointwiseSumConvolution(
                [.tensor(input), .tensor(other)] + operands + shape + [.string("add"), 1, nil, [], nil])
        }
    }

    /// oneDNN refuses bfloat16 on processors that have no instructions for it.
    private static func canFuse(_ input: Tensor) -> Bool {
        guard input.device.kind == .cpu, Operators.pointwiseConvolution.isAvailable else { return false }
        return input.dataType == .float32 || (input.dataType == .bfloat16 && Precision.processorHasBFloat16)
    }

    /// The gradients of what ``callAsFunction(_:_:)`` computed without a finish, from that of its result.
    ///
    /// - Throws: ``TorchError``.
    package func gradients(_ gradient: Tensor, input: Tensor, needsInput: Bool) throws -> Gradients {
        let results = try Operators.convolutionBackward.results([
            .tensor(gradient), .tensor(input), .tensor(weight), nil, .integers(pair(stride)), .integers(pair(padding)),
            [1, 1], .boolean(isTransposed), [0, 0], 1, .integers([needsInput ? 1 : 0, 1, 0]),
        ])
        guard results.count == 3, case .tensor(let weightGradient) = results[1] else {
            throw TorchError.unexpectedResult(
                operation: Operators.convolutionBackward.name, text: "a gradient of the weight was expected")
        }
        var inputGradient: Tensor?
        if case .tensor(let tensor) = results[0] { inputGradient = tensor }
        return Gradients(
            input: inputGradient, weight: weightGradient, bias: try gradient.sum(axes: [0, 2, 3]))
    }

    /// The product, recorded for differentiation.
    ///
    /// - Throws: ``TorchError`` if shapes do not fit.
    func recorded(_ input: Tensor, relu: Bool) throws -> Tensor {
        let value = try self(input, relu ? .relu : .none)
        // Whoever changes the result in place would change what the ReLU's derivative is taken from.
        return try value.withGradient(of: [input, weight, bias]) { gradient in
            let inner = relu ? try gradient.throughReLU(value) : gradient
            let found = try gradients(inner, input: input, needsInput: input.requiresGradient)
            return [found.input, found.weight, found.bias]
        }
    }

    private func pair(_ number: Int) -> [Int] { [number, number] }
}

extension Tensor {
    /// The gradient of x where this is that of y = max(x, 0).
    func throughReLU(_ value: Tensor) throws -> Tensor {
        try Operators.thresholdBackward(.tensor(self), .tensor(value), 0)
    }

    /// Turns the gradient of y = max(x, 0) into that of x, in its memory.
    ///
    /// - Parameter value: y.
    /// - Throws: ``TorchError``.
    package func passThroughReLUInPlace(_ value: Tensor) throws {
        try Operators.thresholdBackwardInto(.tensor(self), .tensor(value), 0, .tensor(self))
    }
}
