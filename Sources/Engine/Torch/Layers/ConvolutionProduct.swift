import FeatureMapKernels

/// A convolution's parameters in the element type of its maps, and the product itself with its gradients. Kernels of
/// ours take the parameters in float32.
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
        /// Another tensor of its shape is added, and max(x, 0) of the sum taken where that is asked for.
        case adding(Tensor, relu: Bool)

        /// What is added, and whether max(x, 0) is taken.
        fileprivate var parts: (other: Tensor?, relu: Bool) {
            switch self {
            case .none: (nil, false)
            case .relu: (nil, true)
            case .adding(let other, let relu): (other, relu)
            }
        }
    }

    /// [out, in, filter, filter]; of a transposed convolution [in, out, filter, filter].
    package let weight: Tensor
    /// [out].
    package let bias: Tensor
    /// Where the parameters' gradients belong.
    private let parameters: (weight: Parameter, bias: Parameter)
    let stride: Int
    let padding: Int
    let isTransposed: Bool
    /// Our own kernel, where it is the faster one.
    private let winograd: WinogradConvolution?

    init(_ weight: Parameter, _ bias: Parameter, type: DataType, stride: Int, padding: Int, isTransposed: Bool) throws {
        self.weight = try weight.value(type)
        // Sums of our own take the bias as it is.
        self.bias = try bias.value(weight.tensor.device.isCUDA ? .float32 : type)
        parameters = (weight, bias)
        self.stride = stride
        self.padding = padding
        self.isTransposed = isTransposed
        winograd =
            weight.tensor.device == .cpu
            ? WinogradConvolution(
                try weight.value(.float32), stride: stride, padding: padding, isTransposed: isTransposed) : nil
    }

    /// Whether max(input, 0) costs nothing as the input is read; else it is a pass of its own, best made once.
    package func rectifies(_ input: Tensor) -> Bool { kernel(for: input, rectified: true) != nil }

    /// Our own kernel if it takes all operands and is the faster one; what does not fit is the engine's to refuse.
    private func kernel(for input: Tensor, rectified: Bool, output: Tensor? = nil) -> WinogradConvolution? {
        guard let winograd, winograd.isWorthwhile(input), !(rectified && isTransposed),
            output.map({ winograd.isOutput($0, of: input) }) ?? true
        else { return nil }
        return winograd
    }

    /// The product, without recording.
    ///
    /// - Parameters:
    ///   - input: [N, in, H, W], channels-last.
    ///   - rectifies: Whether the product is that of max(input, 0).
    ///   - finish: What is done with it.
    ///   - rectified: Receives max(result, 0) where the pass that finishes the product can leave that too.
    /// - Returns: [N, out, (H + 2·padding − filter)/stride + 1, …]; transposed [N, out, (H − 1)·stride − 2·padding +
    ///   filter, …].
    /// - Throws: ``TorchError`` if shapes do not fit.
    package func callAsFunction(
        _ input: Tensor, rectifies: Bool = false, _ finish: Finish = .none, rectified: RectifiedCopy? = nil
    ) throws -> Tensor {
        let result = try withoutGradients { try product(input, rectifies: rectifies, finish, rectified) }
        count(isTransposed ? (large: result, small: input) : (large: input, small: result))
        return result
    }

    /// What a function of this product depends on beside its input, for recording.
    package var inputs: [Tensor] { [parameters.weight.tensor, parameters.bias.tensor] }

    /// Hands the parameters' gradients over to what is recorded, in the order of ``inputs``. On a CUDA device they go
    /// to the parameters themselves: the engine would convert each with a kernel of its own, and the optimiser's reads
    /// them as they are.
    ///
    /// - Throws: ``TorchError``.
    package func deliver(weight: Tensor, bias: Tensor?) throws -> [Tensor?] {
        guard weight.device.isCUDA else { return [weight, bias] }
        if weight.rank > self.weight.rank {
            try parameters.weight.add(lines: weight)
        } else {
            try parameters.weight.add(gradient: weight)
        }
        if let bias { try parameters.bias.add(lines: bias) }
        return [nil, nil]
    }

    private func count(_ grids: (large: Tensor, small: Tensor), times: Int = 1) {
        OperationCounter.add(
            weight: weight, large: grids.large, small: grids.small, stride: stride, padding: padding, times: times)
    }

    private func product(
        _ input: Tensor, rectifies: Bool, _ finish: Finish, _ rectified: RectifiedCopy?
    ) throws -> Tensor {
        let (other, relu) = finish.parts
        if let kernel = kernel(for: input, rectified: rectifies, output: other) {
            return try kernel(input, rectifies: rectifies, bias: wideBias(), adding: other, relu: relu)
        }
        let input = rectifies ? try input.relu() : input
        if let other { try requireShape(other, input) }
        if input.device.isCUDA {
            return try deviceProduct(input, adding: other, relu: relu, rectified: rectified)
        }
        if !isTransposed, Self.canFuse(input) { return try fused(input, finish) }
        if isTransposed, case .none = finish, canOverlap(input) { return try overlapped(input) }
        let result =
            try isTransposed
            ? Operators.transposedConvolution(
                .tensor(input), .tensor(weight), .tensor(bias), .integers(pair(stride)), .integers(pair(padding)),
                [0, 0], 1, [1, 1])
            : Operators.convolution(
                .tensor(input), .tensor(weight), .tensor(bias), .integers(pair(stride)), .integers(pair(padding)),
                [1, 1], 1)
        if let other { try result.addInPlace(other) }
        return relu ? try result.reluInPlace() : result
    }

    /// oneDNN would read a tensor of another shape as if it were the product's.
    private func requireShape(_ other: Tensor, _ input: Tensor) throws {
        let filter = weight.size(2)
        let sides = [2, 3].map { axis in
            isTransposed
                ? (input.size(axis) - 1) * stride - 2 * padding + filter
                : (input.size(axis) + 2 * padding - filter) / stride + 1
        }
        let shape = [input.size(0), weight.size(isTransposed ? 1 : 0)] + sides
        guard other.shape == shape else {
            throw TorchError.engine(
                operation: "a sum after a convolution", text: "a tensor of \(other.shape) is added to one of \(shape)")
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
        case .adding(let other, let relu):
            return try Operators.pointwiseSumConvolution(
                [.tensor(input), .tensor(other)] + operands + shape + [
                    .string("add"), 1, relu ? .string("relu") : nil, [], nil,
                ])
        }
    }

    /// A transposed convolution to few channels as a product of matrices whose results are added up where they overlap.
    ///
    /// oneDNN fills its registers with output channels: with three of them, most of what it computes is thrown away. Of
    /// bfloat16 the four products that meet in a pixel are rounded each, and their sum once more.
    private func overlapped(_ input: Tensor) throws -> Tensor {
        let (images, height, width) = (input.size(0), input.size(2), input.size(3))
        let (inputs, outputs) = (input.size(1), weight.size(1))
        let rows = try input.permuted([0, 2, 3, 1]).reshaped([-1, inputs])
        let products = try rows.matmul(weight.permuted([0, 2, 3, 1]).reshaped([inputs, -1])).to(.float32)
        let result = try Tensor.empty([images, outputs, 2 * height, 2 * width], format: .channelsLast)
        let grain = max(16_384 / max(width * outputs, 1), 1)
        try KernelMemory.run([products, wideBias(), result], images * 2 * height, grain: grain) {
            memory, lines in
            overlapAdd(
                memory[0], bias: memory[1], memory[2], height: height, width: width, channels: outputs, lines: lines)
        }
        return try result.to(input.dataType)
    }

    private func canOverlap(_ input: Tensor) -> Bool {
        weight.size(1) <= 4 && weight.size(2) == 4 && weight.size(3) == 4 && stride == 2 && padding == 1
            && input.device.kind == .cpu && (input.dataType == .float32 || input.dataType == .bfloat16)
            && input.count > 0 && input.rank == 4 && input.size(1) == weight.size(0)
    }

    /// oneDNN refuses bfloat16 on processors that have no instructions for it.
    private static func canFuse(_ input: Tensor) -> Bool {
        guard input.device.kind == .cpu, Operators.pointwiseConvolution.isAvailable else { return false }
        return input.dataType == .float32 || (input.dataType == .bfloat16 && Precision.processorHasBFloat16)
    }

    /// The gradients of an input and the parameters.
    package struct Gradients {
        /// Memory that nothing else reads; `nil` where it was not wanted.
        package var input: Tensor?
        /// On a CUDA device perhaps lines [·, out, in, filter, filter] that add up to it.
        package var weight: Tensor
        /// `nil` where it was not wanted. On a CUDA device lines [·, out] that add up to it.
        package var bias: Tensor?
        /// The sum of the other gradient over all axes but the channels, or lines that add up to it; `nil` where there
        /// is no other.
        package var otherSum: Tensor?
    }

    /// The gradients of the input and the parameters, from that of the product.
    ///
    /// - Parameters:
    ///   - gradient: That of the product, before it was finished.
    ///   - input: The input.
    ///   - rectified: Whether the product was that of max(input, 0).
    ///   - needsInput: Whether the input's gradient is wanted.
    ///   - needsBias: Whether the bias's gradient is wanted: the caller may know it.
    ///   - other: Another gradient of the input, which is added.
    /// - Throws: ``TorchError``.
    package func gradients(
        _ gradient: Tensor, input: Tensor, rectified: Bool = false, needsInput: Bool = true, needsBias: Bool = true,
        adding other: Tensor? = nil
    ) throws -> Gradients {
        count(
            isTransposed ? (large: gradient, small: input) : (large: input, small: gradient), times: needsInput ? 2 : 1)
        if let kernel = kernel(for: input, rectified: rectified, output: gradient),
            other.map({ $0.suits(input) }) ?? true
        {
            let own = try kernel.parameterGradients(gradient, input: input, rectifies: rectified)
            guard needsInput else { return Gradients(weight: own.weight, bias: own.bias) }
            let inner = try kernel.inputGradient(gradient, input: input, masks: rectified, adding: other)
            return Gradients(input: inner.gradient, weight: own.weight, bias: own.bias, otherSum: inner.otherSum)
        }
        if input.device.isCUDA {
            return try deviceGradients(
                gradient, input: input, rectified: rectified, needsInput: needsInput, needsBias: needsBias,
                adding: other)
        }
        let shape = ConvolutionGradients(
            weight: weight, stride: stride, padding: padding, isTransposed: isTransposed)
        let operand = rectified ? try input.relu() : input
        var found = Gradients(weight: try shape.weightGradient(gradient, input: operand))
        if needsBias { found.bias = try gradient.wideSum(axes: [0, 2, 3]) }
        guard needsInput else { return found }
        let inputGradient = try shape.inputGradient(gradient, input: operand)
        found.input = inputGradient
        if rectified {
            let sum = try inputGradient.passThroughReLU(input, adding: other)
            if other != nil { found.otherSum = sum }
        } else if let other {
            try inputGradient.addInPlace(other)
            found.otherSum = try other.wideSum(axes: [0, 2, 3])
        }
        return found
    }

    /// The product, recorded for differentiation.
    ///
    /// - Throws: ``TorchError`` if shapes do not fit.
    func recorded(_ input: Tensor, relu: Bool, rectified: RectifiedCopy? = nil) throws -> Tensor {
        let value = try self(input, relu ? .relu : .none, rectified: rectified)
        let needsInput = input.requiresGradient
        return try value.withGradient(of: [input] + inputs) { gradient in
            if relu, let found = try rectifiedGradients(gradient, value: value, input: input, needsInput: needsInput) {
                return try [found.input] + deliver(weight: found.weight, bias: found.bias)
            }
            let inner = relu ? try gradient.throughReLU(value) : gradient
            let found = try gradients(inner, input: input, needsInput: needsInput)
            return try [found.input] + deliver(weight: found.weight, bias: found.bias)
        }
    }

    /// The bias as kernels of ours take it.
    private func wideBias() throws -> Tensor { try parameters.bias.value(.float32).contiguous() }

    /// The bias in the weight's element type.
    func lowBias() throws -> Tensor { try parameters.bias.value(weight.dataType) }

    func pair(_ number: Int) -> [Int] { [number, number] }
}
