/// What is done with the product of a convolution before it is written: everything of the shape of the output.
///
///     y = bias + product
///     y = mask > 0 ? y : 0
///     y = y + other
///     y = max(y, 0)
///
/// A step is left out where its operand is `nil`, the last one where `relu` is false. `Number` is that of the maps.
public struct ConvolutionFinish<Number> {
    /// [outputs].
    public var bias: UnsafePointer<Float>?
    /// [images, lines, positions, outputs]: where the product passes.
    public var mask: UnsafePointer<Number>?
    /// [images, lines, positions, outputs]: what is added.
    public var other: UnsafePointer<Number>?
    /// [blocks, outputs]: receives the sums of `other` over the positions of each block.
    public var otherSums: UnsafeMutablePointer<Float>?
    /// Whether max(y, 0) is written.
    public var relu: Bool

    /// Steps with the operands that there are.
    public init(
        bias: UnsafePointer<Float>? = nil, mask: UnsafePointer<Number>? = nil, other: UnsafePointer<Number>? = nil,
        otherSums: UnsafeMutablePointer<Float>? = nil, relu: Bool = false
    ) {
        self.bias = bias
        self.mask = mask
        self.other = other
        self.otherSums = otherSums
        self.relu = relu
    }
}
