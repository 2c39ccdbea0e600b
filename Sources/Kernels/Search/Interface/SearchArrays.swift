/// Where the arrays of one search are. Plain pointers: this is the inside of a kernel.
public struct SearchArrays: @unchecked Sendable {
    /// Vectors [count, dimension].
    public var vectors: UnsafePointer<Float>
    /// For each layer: [parents, lanes / 8, ⌈dimension / 2⌉, 8, 2], pairs of axes of eight codewords of one parent side
    /// by side; in a flat search [lanes / 16, dimension, 16], sixteen codewords side by side.
    public var transposed: UnsafePointer<UnsafePointer<Float>>
    /// For each layer: −‖c‖²/2 and 0 of [parents, lanes], in a flat search without the 0; −∞ in lanes that no codeword
    /// fills.
    public var offsets: UnsafePointer<UnsafePointer<Float>>
    /// For each layer: codewords [parents · branching, dimension], one parent in a flat search.
    public var codewords: UnsafePointer<UnsafePointer<Float>>
    /// For each layer of a hierarchy: the sum of each codeword and those that led to it
    /// [parents · branching, dimension]. A flat search has none.
    public var paths: UnsafePointer<UnsafePointer<Float>>
    /// Codebooks in integers, of 8, 16, 32 or 64 axes; may be absent, and is nothing to variants without instructions
    /// for it.
    public var integers: IntegerArrays?
    /// Out: absolute codeword numbers [layers, count].
    public var indices: UnsafeMutablePointer<Int32>
    /// Out: the sum of the codewords of all layers [count, dimension], or of the layers up to each one
    /// [layers, count, dimension]; may be absent.
    public var sums: UnsafeMutablePointer<Float>?
    /// Whether `sums` holds the sum up to each layer.
    public var hasPartialSums: Bool
    /// Out: what training adds up; may be absent.
    public var training: TrainingArrays?
    /// The number of vectors.
    public var count: Int
    /// The length of a vector.
    public var dimension: Int
    /// The number of layers n.
    public var layers: Int
    /// Codewords a codebook, m.
    public var branching: Int
    /// `branching` rounded up to whole blocks of eight, of sixteen in a flat search.
    public var lanes: Int

    /// Collects the pointers.
    public init(
        vectors: UnsafePointer<Float>, transposed: UnsafePointer<UnsafePointer<Float>>,
        offsets: UnsafePointer<UnsafePointer<Float>>, codewords: UnsafePointer<UnsafePointer<Float>>,
        paths: UnsafePointer<UnsafePointer<Float>>, integers: IntegerArrays?, indices: UnsafeMutablePointer<Int32>,
        sums: UnsafeMutablePointer<Float>?, hasPartialSums: Bool, training: TrainingArrays?, count: Int,
        dimension: Int, layers: Int, branching: Int, lanes: Int
    ) {
        self.vectors = vectors
        self.transposed = transposed
        self.offsets = offsets
        self.codewords = codewords
        self.paths = paths
        self.integers = integers
        self.indices = indices
        self.sums = sums
        self.hasPartialSums = hasPartialSums
        self.training = training
        self.count = count
        self.dimension = dimension
        self.layers = layers
        self.branching = branching
        self.lanes = lanes
    }
}
