/// What every variant of the kernel does: a convolution with two fifths or a quarter of the multiplications, after
/// Winograd.
///
///     Y = Aᵀ ((G g Gᵀ) ⊙ (Bᵀ d B)) A
///
/// Y is 4×4 of the output, g a filter of r×r and d (r+3)×(r+3) of the input; over channels, the elementwise product ⊙
/// is a product of matrices for each of (r+3)² places. Lavin and Gray 2016 (arXiv 1509.09308) have the method. A filter
/// of 3×3 has r = 3; one of 4×4 and stride 2 is four of r = 2, for the even and odd lines and columns.
///
/// The points of interpolation are ±3/4, ±3/2, 0, ∞ for r = 3 and ±1/2, ±5/4, ∞ for r = 2: their squares are exact in
/// binary, and they leave half to a third of the rounding errors of the usual 0, ±1, ±2, ∞.
///
/// An infinite input is not a number in its whole tile: ∞ − ∞ on the way to the points. Memory is channels-last; maps
/// are float32, or bits of bfloat16 that are computed with in float32. Nothing is checked.
public protocol TileKernel: Sendable {
    /// Whether the variant was compiled for instructions that make it faster than the engine's own convolution.
    static var isVectorized: Bool { get }

    /// Multiplications, those with the zeros that fill up registers and tiles included.
    static func multiplications(_ shape: ConvolutionShape) -> Int

    /// Numbers that a packed weight takes.
    static func packedCount(_ shape: ConvolutionShape) -> Int

    /// Items of the work of packing a weight.
    static func packingItems(_ shape: ConvolutionShape) -> Int

    /// Packs G g Gᵀ of a weight.
    ///
    /// - Parameters:
    ///   - weight: [outputs, filter, filter, inputs]; reversed [inputs, filter, filter, outputs], of which the filters
    ///     are turned by 180°.
    ///   - isReversed: Whether the weight is that of the convolution whose gradient is computed. A doubling convolution
    ///     is always reversed, a halving one never.
    ///   - packed: Receives the result; places beyond the channels are left as they are, and must be 0.
    ///   - items: Which items are packed now.
    static func pack(
        _ weight: UnsafePointer<Float>, isReversed: Bool, _ shape: ConvolutionShape,
        to packed: UnsafeMutablePointer<Float>, items: Range<Int>)

    /// Convolves blocks of tiles.
    ///
    /// - Parameters:
    ///   - input: [images, lines, positions, inputs].
    ///   - rectifies: Whether max(input, 0) is convolved.
    ///   - packed: The packed weight.
    ///   - finish: What is done with the product.
    ///   - output: Receives [images, lines, positions, outputs].
    ///   - blocks: The blocks that are left to compute.
    static func convolve(
        _ input: UnsafePointer<Float>, rectifies: Bool, _ packed: UnsafePointer<Float>,
        _ finish: ConvolutionFinish<Float>, to output: UnsafeMutablePointer<Float>, _ shape: ConvolutionShape,
        blocks: BlockQueue)

    /// The same of maps in bfloat16.
    static func convolve(
        _ input: UnsafePointer<UInt16>, rectifies: Bool, _ packed: UnsafePointer<Float>,
        _ finish: ConvolutionFinish<UInt16>, to output: UnsafeMutablePointer<UInt16>, _ shape: ConvolutionShape,
        blocks: BlockQueue)

    /// Numbers that a part's sums take, those of the bias included.
    static func sumCount(_ shape: ConvolutionShape) -> Int

    /// Sums the gradients of the packed weight and of the bias over some parts of the tiles.
    ///
    /// Of a doubling convolution, they are those of the halving one with input and gradient exchanged, but for the
    /// bias.
    ///
    /// - Parameters:
    ///   - gradient: That of the output [images, lines, positions, outputs].
    ///   - input: [images, lines, positions, inputs].
    ///   - rectifies: Whether max(input, 0) was convolved.
    ///   - sums: Receives [parts, ``sumCount(_:)``].
    ///   - parts: The parts that are left to sum.
    static func sumGradients(
        _ gradient: UnsafePointer<Float>, _ input: UnsafePointer<Float>, rectifies: Bool,
        to sums: UnsafeMutablePointer<Float>, _ shape: ConvolutionShape, parts: BlockQueue)

    /// The same of maps in bfloat16.
    static func sumGradients(
        _ gradient: UnsafePointer<UInt16>, _ input: UnsafePointer<UInt16>, rectifies: Bool,
        to sums: UnsafeMutablePointer<Float>, _ shape: ConvolutionShape, parts: BlockQueue)

    /// Adds up the parts' sums, and takes them back to the weight and the bias.
    ///
    /// - Parameters:
    ///   - sums: [parts, ``sumCount(_:)``].
    ///   - weight: Receives [outputs, filter, filter, inputs].
    ///   - bias: Receives [outputs].
    ///   - rows: Which outputs are made now.
    static func finishGradients(
        _ sums: UnsafePointer<Float>, weight: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>,
        _ shape: ConvolutionShape, rows: Range<Int>)
}
