/// Where the codebooks of a search in integers are, and what it may be trusted with.
///
/// A score is ‖c‖²/2 + p·c − x·c, where p is the sum of the codewords that led to the codeword c, so that the vector x
/// is turned into integers once for all layers. It is given in units of its own for each parent.
public struct IntegerArrays: @unchecked Sendable {
    /// For each layer: −c in integers, [parents, dimension / 8, 8 codewords, 8 axes]. In a part of 32 axes, axis a and
    /// a + 16 lie side by side; shorter vectors are in order.
    public var tables: UnsafePointer<UnsafePointer<Int16>>
    /// For each layer: ‖c‖²/2 + p·c, [parents, 4 codewords c, 4]: of c, of 4 + c, and two zeros; the largest number where
    /// there is no codeword.
    public var offsets: UnsafePointer<UnsafePointer<Int32>>
    /// What makes integers of a vector's numbers.
    public var scale: Float
    /// The largest ‖x‖² for which integers hold all sums.
    public var squaredRadius: Float
    /// By how much a score has to be less than the others of its parent for float32 to find the same order.
    public var margin: Int32

    /// Collects the pointers and bounds.
    public init(
        tables: UnsafePointer<UnsafePointer<Int16>>, offsets: UnsafePointer<UnsafePointer<Int32>>, scale: Float,
        squaredRadius: Float, margin: Int32
    ) {
        self.tables = tables
        self.offsets = offsets
        self.scale = scale
        self.squaredRadius = squaredRadius
        self.margin = margin
    }
}
