/// The planes of one image that a row of codes looks at, and room to work in.
///
/// Planes hold absolute codeword numbers, each plus one; 0 is outside of the picture.
public struct RowPlanes {
    /// The layer's own plane, with a border of zeros of one position on every side, at the row's first position.
    public var own: UnsafeMutablePointer<Int32>
    /// From one row of the own plane to the next.
    public var stride: Int
    /// The layer before as this layer's grid sees it, with a border of zeros after the last row and column, at the
    /// row's first position; `nil` in the first layer.
    public var earlier: UnsafePointer<Int32>?
    /// From one row of the layer before's plane to the next.
    public var earlierStride: Int
    /// Room for the nodes of a row [digits, width].
    public var nodes: UnsafeMutablePointer<Int32>
    /// Room for sums of a row's scores [digits, width, 8].
    public var scores: UnsafeMutablePointer<SIMD8<Int16>>
    /// Positions of a row.
    public var width: Int

    /// Collects the parts.
    public init(
        own: UnsafeMutablePointer<Int32>, stride: Int, earlier: UnsafePointer<Int32>?, earlierStride: Int,
        nodes: UnsafeMutablePointer<Int32>, scores: UnsafeMutablePointer<SIMD8<Int16>>, width: Int
    ) {
        self.own = own
        self.stride = stride
        self.earlier = earlier
        self.earlierStride = earlierStride
        self.nodes = nodes
        self.scores = scores
        self.width = width
    }
}
