import ConvolutionKernelInterface
import Processors

/// A convolution by 3×3 of stride 1, or by 4×4 of stride 2 in either direction, by our own kernel: with a quarter or
/// two fifths of the multiplications of the plain sum.
///
/// Results agree with `torch.nn.functional.conv2d` and `conv_transpose2d` to rounding, for finite numbers; they depend
/// neither on the number of threads nor on the other images of a batch. Maps are float32 or bfloat16, all of one type;
/// weight and bias, their gradients and all sums are float32.
package struct WinogradConvolution {
    /// [out, in, filter, filter], transposed [in, out, filter, filter]; channels-last.
    private let weight: Tensor
    private let kind: ConvolutionShape.Kind
    private let variant: KernelVariant

    /// Takes a weight if the kernel can.
    ///
    /// - Parameters:
    ///   - weight: [out, in, filter, filter], transposed [in, out, filter, filter].
    ///   - variant: Another than the best, for tests.
    package init?(
        _ weight: Tensor, stride: Int, padding: Int, isTransposed: Bool = false,
        variant: KernelVariant? = .bestForConvolutions
    ) {
        guard let variant, weight.dataType == .float32, weight.suitsMapKernels, weight.size(2) == weight.size(3),
            padding == 1
        else { return nil }
        switch (weight.size(2), stride, isTransposed) {
        case (3, 1, false): kind = .same
        case (4, 2, false): kind = .halving
        case (4, 2, true): kind = .doubling
        default: return nil
        }
        self.weight = weight
        self.variant = variant
    }

    private var inputs: Int { weight.size(kind == .doubling ? 0 : 1) }
    private var outputs: Int { weight.size(kind == .doubling ? 1 : 0) }

    /// Whether the kernel can convolve this input; one that does not fit is the engine's to refuse.
    package func canConvolve(_ input: Tensor) -> Bool {
        input.suitsMapKernels && input.size(1) == inputs
            && (kind != .halving || (input.size(2) % 2 == 0 && input.size(3) % 2 == 0))
    }

    /// Whether a tensor is as the product of an input, or its gradient.
    package func isOutput(_ tensor: Tensor, of input: Tensor) -> Bool {
        let shape = shape(input)
        return tensor.suitsMapKernels && tensor.dataType == input.dataType
            && tensor.shape == [shape.images, shape.outputs, shape.outputHeight, shape.outputWidth]
    }

    /// Whether the kernel can convolve this input and its gradient faster than the engine: with few channels, or grids
    /// much smaller than whole tiles, most products would be with zeros. One bound serves both types: seen on whole
    /// tiles by AVX-512, with and without instructions for bfloat16. Where there are instructions for products of whole
    /// tiles of bfloat16, these are left to the engine; that was not measured.
    package func isWorthwhile(_ input: Tensor) -> Bool {
        guard canConvolve(input), !(input.dataType == .bfloat16 && Processor.hasTileProducts) else { return false }
        let shape = shape(input)
        let products = shape.images * shape.height * shape.width * weight.count
        return [shape, shape.reversed].allSatisfy { 3 * variant.convolution.multiplications($0) <= 2 * products }
    }

    private func shape(_ input: Tensor) -> ConvolutionShape {
        let scale = kind == .halving ? 2 : 1
        return ConvolutionShape(
            kind: kind, images: input.size(0), height: input.size(2) / scale, width: input.size(3) / scale,
            inputs: inputs, outputs: outputs)
    }

    /// The product.
    ///
    /// - Parameters:
    ///   - input: [N, in, H, W], which ``canConvolve(_:)``.
    ///   - rectifies: Whether max(input, 0) is convolved.
    ///   - bias: float32 [out].
    ///   - other: What is added, of the product's shape.
    ///   - relu: Whether max(x, 0) of the sum is the result.
    /// - Returns: [N, out, H, W], half or twice as high and wide with stride 2, channels-last.
    /// - Throws: ``TorchError``.
    package func callAsFunction(
        _ input: Tensor, rectifies: Bool = false, bias: Tensor? = nil, adding other: Tensor? = nil, relu: Bool = false
    ) throws -> Tensor {
        try convolve(
            input, rectifies: rectifies, isReversed: kind == .doubling, shape(input), bias: bias, mask: nil,
            other: other, relu: relu
        ).output
    }

    /// The gradient of the input.
    ///
    /// - Parameters:
    ///   - gradient: That of the product of `input`.
    ///   - input: [N, in, H, W].
    ///   - masks: Whether the result is 0 where the input is not positive.
    ///   - other: What is added, of the input's shape.
    /// - Returns: [N, in, H, W], channels-last; and the sum of `other` over all axes but the channels.
    /// - Throws: ``TorchError``.
    package func inputGradient(
        _ gradient: Tensor, input: Tensor, masks: Bool = false, adding other: Tensor? = nil
    ) throws -> (gradient: Tensor, otherSum: Tensor?) {
        let (output, sums) = try convolve(
            gradient, rectifies: false, isReversed: kind != .doubling, shape(input).reversed, bias: nil,
            mask: masks ? input : nil, other: other, sumsOther: other != nil, relu: false)
        return (output, try sums?.sum(axes: [0]))
    }

    private func convolve(
        _ input: Tensor, rectifies: Bool, isReversed: Bool, _ shape: ConvolutionShape, bias: Tensor?, mask: Tensor?,
        other: Tensor?, sumsOther: Bool = false, relu: Bool
    ) throws -> (output: Tensor, otherSums: Tensor?) {
        let kernel = variant.convolution
        let output = try Tensor.empty(
            [shape.images, shape.outputs, shape.outputHeight, shape.outputWidth], input.dataType,
            format: .channelsLast)
        let count = kernel.packedCount(shape)
        let isFull = count == shape.places * shape.windows * shape.inputs * shape.outputs
        let packed = isFull ? try Tensor.empty([count]) : try Tensor.zeros([count])
        let sums = sumsOther ? try Tensor.empty([shape.blocks, shape.outputs]) : nil
        let items = kernel.packingItems(shape)
        try KernelMemory.run([weight, packed], items, grain: max(16_384 * items / weight.count, 1)) {
            kernel.pack($0[0], isReversed: isReversed, shape, to: $0[1], items: $1)
        }
        let isGiven = [bias, mask, other, sums].map { $0 != nil }
        let all = [input, packed, output] + [bias, mask, other, sums].compactMap { $0 }
        let blocks = BlockQueue(count: shape.blocks)
        let isLow = input.dataType == .bfloat16
        try KernelMemory.run(all, min(Engine.threadCount, shape.blocks), grain: 1) { memory, _ in
            func finish<Number: KernelNumber>() -> ConvolutionFinish<Number> {
                var next = 3
                func operand<Element: KernelNumber>(_ index: Int) -> UnsafeMutablePointer<Element>? {
                    guard isGiven[index] else { return nil }
                    defer { next += 1 }
                    return memory.numbers(next)
                }
                return ConvolutionFinish(
                    bias: UnsafePointer(operand(0)), mask: UnsafePointer(operand(1)), other: UnsafePointer(operand(2)),
                    otherSums: operand(3), relu: relu)
            }
            if isLow {
                kernel.convolve(
                    UnsafePointer<UInt16>(memory.numbers(0)), rectifies: rectifies, memory[1], finish(),
                    to: memory.numbers(2), shape, blocks: blocks)
            } else {
                kernel.convolve(
                    memory[0], rectifies: rectifies, memory[1], finish(), to: memory[2], shape, blocks: blocks)
            }
        }
        return (output, sums)
    }

    /// The gradients of the weight and the bias.
    ///
    /// - Parameters:
    ///   - gradient: That of the product of `input`.
    ///   - input: [N, in, H, W].
    ///   - rectifies: Whether max(input, 0) was convolved; not by a transposed convolution.
    /// - Returns: A tensor of the weight's shape, channels-last, and [out].
    /// - Throws: ``TorchError``.
    package func parameterGradients(
        _ gradient: Tensor, input: Tensor, rectifies: Bool = false
    ) throws -> (weight: Tensor, bias: Tensor) {
        let kernel = variant.convolution
        // A transposed convolution is the gradient of another one, of which the weight's gradient is the same.
        let isTransposed = kind == .doubling
        precondition(!(isTransposed && rectifies), "max(x, 0) before a transposed convolution")
        let shape = isTransposed ? shape(input).reversed : shape(input)
        let sums = try Tensor.empty([shape.gradientParts, kernel.sumCount(shape)])
        let parts = BlockQueue(count: shape.gradientParts)
        let isLow = input.dataType == .bfloat16
        try KernelMemory.run(
            isTransposed ? [input, gradient, sums] : [gradient, input, sums],
            min(Engine.threadCount, shape.gradientParts), grain: 1
        ) { memory, _ in
            if isLow {
                kernel.sumGradients(
                    UnsafePointer<UInt16>(memory.numbers(0)), UnsafePointer<UInt16>(memory.numbers(1)),
                    rectifies: rectifies, to: memory[2], shape, parts: parts)
            } else {
                kernel.sumGradients(memory[0], memory[1], rectifies: rectifies, to: memory[2], shape, parts: parts)
            }
        }
        let weightGradient = try Tensor.empty(weight.shape, format: .channelsLast)
        let biasGradient = try Tensor.empty([shape.outputs])
        try KernelMemory.run(
            [sums, weightGradient, biasGradient], shape.outputs, grain: max(4_096 * shape.outputs / weight.count, 1)
        ) {
            kernel.finishGradients($0[0], weight: $0[1], bias: $0[2], shape, rows: $1)
        }
        // The sums that were made beside are those of the input then.
        return (weightGradient, isTransposed ? try gradient.wideSum(axes: [0, 2, 3]) : biasGradient)
    }
}
