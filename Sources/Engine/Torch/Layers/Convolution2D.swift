/// A two-dimensional convolution, as `torch.nn.Conv2d`.
///
/// Input [N, in, H, W], output [N, out, (H + 2·padding − filter)/stride + 1, …], channels-last. `weight` is
/// [out, in, filter, filter] and `bias` [out], both drawn evenly from ±1/√(in·filter²), PyTorch's default.
/// The product runs in the element type of the input; the parameters stay in 32-bit float.
package final class Convolution2D {
    private let weight: Parameter
    private let bias: Parameter
    private let stride: Int
    private let padding: Int

    /// Makes the layer's parameters under `scope`.
    ///
    /// - Throws: ``TorchError``.
    package init(
        _ scope: Scope, inputs: Int, outputs: Int, filter: Int, stride: Int = 1, padding: Int = 0
    ) throws {
        self.stride = stride
        self.padding = padding
        let bound = 1 / Double(inputs * filter * filter).squareRoot()
        weight = try scope.parameter(
            "weight",
            Tensor.uniform([outputs, inputs, filter, filter], in: -bound...bound, generator: scope.generator)
                .channelsLast())
        bias = try scope.parameter(
            "bias", Tensor.uniform([outputs], in: -bound...bound, generator: scope.generator))
    }

    /// Applies the layer.
    ///
    /// - Parameters:
    ///   - input: [N, in, H, W]. It must not be changed in place before ``Tensor/backward()``.
    ///   - relu: Whether max(x, 0) of the product is the result, in one pass; it must not be changed in place either.
    /// - Throws: ``TorchError`` if the input's channels do not fit.
    package func callAsFunction(_ input: Tensor, relu: Bool = false) throws -> Tensor {
        try product(input.dataType).recorded(input, relu: relu)
    }

    /// Applies the layer, and leaves max(x, 0) of the result too where that is free.
    ///
    /// - Throws: ``TorchError`` if the input's channels do not fit.
    package func callAsFunction(_ input: Tensor, rectified: RectifiedCopy) throws -> Tensor {
        try product(input.dataType).recorded(input, relu: false, rectified: rectified)
    }

    /// The product with the parameters as they are now, for layers with gradients of their own.
    ///
    /// - Throws: ``TorchError``.
    package func product(_ type: DataType) throws -> ConvolutionProduct {
        try ConvolutionProduct(weight, bias, type: type, stride: stride, padding: padding, isTransposed: false)
    }
}

/// A transposed two-dimensional convolution, as `torch.nn.ConvTranspose2d`.
///
/// Input [N, in, H, W], output [N, out, (H − 1)·stride − 2·padding + filter, …], channels-last. `weight` is
/// [in, out, filter, filter]; both parameters are drawn evenly from ±1/√(out·filter²), PyTorch's default.
package final class TransposedConvolution2D {
    private let weight: Parameter
    private let bias: Parameter
    private let stride: Int
    private let padding: Int

    /// Makes the layer's parameters under `scope`.
    ///
    /// - Throws: ``TorchError``.
    package init(_ scope: Scope, inputs: Int, outputs: Int, filter: Int, stride: Int, padding: Int) throws {
        self.stride = stride
        self.padding = padding
        let bound = 1 / Double(outputs * filter * filter).squareRoot()
        weight = try scope.parameter(
            "weight",
            Tensor.uniform([inputs, outputs, filter, filter], in: -bound...bound, generator: scope.generator)
                .channelsLast())
        bias = try scope.parameter(
            "bias", Tensor.uniform([outputs], in: -bound...bound, generator: scope.generator))
    }

    /// Applies the layer.
    ///
    /// - Throws: ``TorchError`` if the input's channels do not fit.
    package func callAsFunction(_ input: Tensor) throws -> Tensor {
        try ConvolutionProduct(
            weight, bias, type: input.dataType, stride: stride, padding: padding, isTransposed: true
        ).recorded(input, relu: false)
    }
}
