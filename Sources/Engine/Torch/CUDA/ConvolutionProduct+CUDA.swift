// The product on a CUDA device: cuDNN's convolutions, or cuBLAS's products of matrices where those are faster, with
// passes of our own between them.

extension ConvolutionProduct {
    /// How a product is computed.
    private enum Way {
        /// cuDNN.
        case convolution
        /// A filter of one pixel is a product of matrices: a third to a half of cuDNN's time (H100, 64 channels).
        case pointwise
        /// A filter of 4×4, stride 2 and padding 1 on images with few channels is one of their patches: cuDNN pads the
        /// channels, and takes two to seven times as long (H100, 3 channels).
        case patches
    }

    /// - Parameter image: The larger one of input and output.
    private func way(channels: Int) -> Way {
        let (height, width) = (weight.size(2), weight.size(3))
        if height == 1, width == 1, stride == 1, padding == 0, !isTransposed { return .pointwise }
        if height == 4, width == 4, stride == 2, padding == 1, channels <= 4 { return .patches }
        return .convolution
    }

    /// Channels of the larger one of the two grids.
    private var largeChannels: Int { weight.size(1) }

    func deviceProduct(
        _ input: Tensor, adding other: Tensor?, relu: Bool, rectified: RectifiedCopy?
    ) throws -> Tensor {
        let input = try input.channelsLast()
        if relu, other == nil, !isTransposed, way(channels: largeChannels) == .convolution,
            Operators.cudnnConvolutionReLU.isAvailable, input.dataType == .bfloat16
        {
            return try Operators.cudnnConvolutionReLU(
                .tensor(input), .tensor(weight), .tensor(lowBias()), .integers(pair(stride)), .integers(pair(padding)),
                [1, 1], 1)
        }
        let (result, hasBias) = try plainProduct(input)
        if hasBias {
            if let other { try result.addInPlace(other) }
            return relu ? try result.reluInPlace() : result
        }
        if let passes = try ConvolutionPasses.passes(for: result), other?.suits(result) ?? true {
            rectified?.tensor = try rectified.map { _ in
                try Tensor.empty(result.shape, result.dataType, device: result.device, format: .channelsLast)
            }
            try passes.finish(
                result, bias: bias.contiguous(), adding: other, relu: relu, rectified: rectified?.tensor)
            return result
        }
        try result.addInPlace(bias.to(result.dataType).reshaped([1, -1, 1, 1]))
        if let other { try result.addInPlace(other) }
        return relu ? try result.reluInPlace() : result
    }

    /// The product, and whether its bias is in it, as in images of overlapping patches.
    private func plainProduct(_ input: Tensor) throws -> (Tensor, hasBias: Bool) {
        switch way(channels: largeChannels) {
        case .pointwise:
            guard input.size(1) == weight.size(1) else { break }
            return (try input.rows().matmul(filters().permuted([1, 0])).map(like: input), false)
        case .patches where !isTransposed:
            guard input.size(1) == weight.size(1), input.size(2) % 2 == 0, input.size(3) % 2 == 0,
                let kernels = try PatchKernels.kernels(input.dataType, channels: largeChannels, on: input.device)
            else { break }
            let product = try kernels.patches(input).matmul(filters().permuted([1, 0]))
                .map(images: input.size(0), height: input.size(2) / 2, width: input.size(3) / 2)
            return (product, false)
        case .patches:
            guard input.size(1) == weight.size(0),
                let kernels = try PatchKernels.kernels(input.dataType, channels: largeChannels, on: input.device)
            else { break }
            let image = try kernels.overlap(
                input.rows().matmul(filters()), bias: bias.contiguous(), images: input.size(0), height: input.size(2),
                width: input.size(3))
            return (image, true)
        case .convolution: break
        }
        return (try engineProduct(input), false)
    }

    private func engineProduct(_ input: Tensor) throws -> Tensor {
        isTransposed
            ? try Operators.transposedConvolution(
                .tensor(input), .tensor(weight), nil, .integers(pair(stride)), .integers(pair(padding)), [0, 0], 1,
                [1, 1])
            : try Operators.convolution(
                .tensor(input), .tensor(weight), nil, .integers(pair(stride)), .integers(pair(padding)), [1, 1], 1)
    }

    /// [out, filter · filter · in]; of a transposed convolution [in, filter · filter · out].
    private func filters() throws -> Tensor {
        try weight.channelsLast().permuted([0, 2, 3, 1]).reshaped([weight.size(0), -1])
    }

    /// What a function of this product and a ReLU after it gives back, for recording.
    ///
    /// - Parameters:
    ///   - gradient: That of `value`.
    ///   - value: max(product, 0).
    func rectifiedGradients(
        _ gradient: Tensor, value: Tensor, input: Tensor, needsInput: Bool
    ) throws -> Gradients? {
        let gradient = try gradient.channelsLast()
        guard gradient.suits(value), let passes = try ConvolutionPasses.passes(for: value) else { return nil }
        let inner = try Tensor.empty(value.shape, value.dataType, device: value.device, format: .channelsLast)
        let bias = try passes.passGradient(gradient, to: inner, value, adding: nil)
        var found = try gradients(inner, input: input, needsInput: needsInput, needsBias: false)
        found.bias = bias
        return found
    }

    // Gradients of weights may be lines that add up to one, as those of biases; see ``deliver(weight:bias:)``.
    func deviceGradients(
        _ gradient: Tensor, input: Tensor, rectified: Bool, needsInput: Bool, needsBias: Bool, adding other: Tensor?
    ) throws -> Gradients {
        let gradient = try gradient.channelsLast()
        let operand = try (rectified ? input.relu() : input).channelsLast()
        let inner = try plainGradients(gradient, operand, needsInput: needsInput)
        var found = Gradients(weight: inner.weight)
        // What adds up to a gradient of a bias is added up by who reads it.
        if needsBias { found.bias = try gradient.sumOverMap() }
        guard let inputGradient = inner.input else { return found }
        found.input = inputGradient
        if rectified {
            let sum = try inputGradient.passThroughReLU(operand, adding: other)
            if other != nil { found.otherSum = sum }
        } else if let other {
            try inputGradient.addInPlace(other)
            found.otherSum = try other.sumOverMap()
        }
        return found
    }

    private func plainGradients(
        _ gradient: Tensor, _ input: Tensor, needsInput: Bool
    ) throws -> (input: Tensor?, weight: Tensor) {
        let own =
            stride == 1 && padding == weight.size(2) / 2 && !isTransposed && weight.size(2) == weight.size(3)
            ? WeightGradientKernel(gradient: gradient, input: input, filter: weight.size(2)) : nil
        if let own { return (try inputGradient(gradient, input, needed: needsInput), try own(gradient, input: input)) }
        switch way(channels: largeChannels) {
        case .pointwise:
            let rows = try gradient.rows()
            let own = try needsInput ? rows.matmul(filters()).map(like: input) : nil
            return (own, try weight(from: rows.permuted([1, 0]).matmul(input.rows())))
        case .patches where !isTransposed:
            guard input.size(2) % 2 == 0, input.size(3) % 2 == 0,
                let kernels = try PatchKernels.kernels(input.dataType, channels: largeChannels, on: input.device)
            else { break }
            let rows = try gradient.rows()
            var own: Tensor?
            if needsInput {
                own = try kernels.overlap(
                    rows.matmul(filters()), bias: nil, images: input.size(0), height: gradient.size(2),
                    width: gradient.size(3))
            }
            return (own, try weight(from: rows.permuted([1, 0]).matmul(kernels.patches(input))))
        case .patches:
            guard
                let kernels = try PatchKernels.kernels(gradient.dataType, channels: largeChannels, on: gradient.device)
            else { break }
            let patches = try kernels.patches(gradient)
            let own = try needsInput ? patches.matmul(filters().permuted([1, 0])).map(like: input) : nil
            return (own, try weight(from: input.rows().permuted([1, 0]).matmul(patches)))
        case .convolution: break
        }
        let results = try Operators.convolutionBackward.results([
            .tensor(gradient), .tensor(input), .tensor(weight), nil, .integers(pair(stride)), .integers(pair(padding)),
            [1, 1], .boolean(isTransposed), [0, 0], 1, .integers([needsInput ? 1 : 0, 1, 0]),
        ])
        guard results.count == 3, case .tensor(let weightGradient) = results[1] else {
            throw TorchError.unexpectedResult(
                operation: Operators.convolutionBackward.name, text: "a gradient of the weight was expected")
        }
        guard case .tensor(let inputGradient) = results[0] else { return (nil, weightGradient) }
        return (try inputGradient.channelsLast(), weightGradient)
    }

    /// The gradient of the input alone, of a convolution that keeps the grid's size.
    private func inputGradient(_ gradient: Tensor, _ input: Tensor, needed: Bool) throws -> Tensor? {
        guard needed else { return nil }
        if way(channels: largeChannels) == .pointwise { return try gradient.rows().matmul(filters()).map(like: input) }
        return try Operators.convolutionBackward([
            .tensor(gradient), .tensor(input), .tensor(weight), nil, .integers(pair(stride)), .integers(pair(padding)),
            [1, 1], false, [0, 0], 1, [1, 0, 0],
        ]).channelsLast()
    }

    /// A product of matrices [out, filter · filter · in] as a gradient in the weight's shape.
    private func weight(from product: Tensor) throws -> Tensor {
        try product.reshaped([weight.size(0), weight.size(2), weight.size(3), weight.size(1)]).permuted([0, 3, 1, 2])
    }
}

extension Tensor {
    /// A map [N, C, H, W], channels-last, as rows [N·H·W, C]; shares memory.
    fileprivate func rows() throws -> Tensor { try permuted([0, 2, 3, 1]).reshaped([-1, size(1)]) }

    /// Rows [N·H·W, C] as a map [N, C, H, W], channels-last; shares memory.
    fileprivate func map(images: Int, height: Int, width: Int) throws -> Tensor {
        try reshaped([images, height, width, -1]).permuted([0, 3, 1, 2])
    }

    fileprivate func map(like other: Tensor) throws -> Tensor {
        try map(images: other.size(0), height: other.size(2), width: other.size(3))
    }

    /// float32 [lines, C] that add up to the sum over all axes but the channels.
    fileprivate func sumOverMap() throws -> Tensor {
        if let passes = try ConvolutionPasses.passes(for: self) {
            return try passes.passGradient(self, to: nil, nil, adding: nil)
        }
        // Eight pixels of few channels are one of many.
        let width = 8 * size(1)
        if rank == 4, count % width == 0, count > 0, isContiguous(.channelsLast),
            case let wide = try permuted([0, 2, 3, 1]).reshaped([count / width, width, 1, 1]),
            let passes = try ConvolutionPasses.passes(for: wide)
        {
            return try passes.passGradient(wide, to: nil, nil, adding: nil).reshaped([-1, size(1)])
        }
        return try sum(axes: [0, 2, 3]).to(.float32).unsqueezed(0)
    }
}
