/// Where a search puts what a training step needs of it. The counts and sums are those of a part of the vectors:
/// threads that search different parts have different ones.
public struct TrainingArrays: @unchecked Sendable {
    /// What one number of each layer's residual adds to the gradient [layers].
    public var weights: UnsafePointer<Float>
    /// Out: the gradient of the commitment terms, the weighted sum of the residuals that the layers left over
    /// [count, dimension].
    public var gradient: UnsafeMutablePointer<Float>
    /// How many vectors chose each codeword of a hierarchy's last layer, or of all layers of a flat search, one after
    /// the other; added to.
    public var counts: UnsafeMutablePointer<Int32>
    /// The sum of what entered the layer of these vectors [·, dimension]; added to.
    public var entered: UnsafeMutablePointer<Float>
    /// The sum of squares of what each layer left over [layers]; added to.
    public var errors: UnsafeMutablePointer<Double>

    /// Collects the pointers.
    public init(
        weights: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, counts: UnsafeMutablePointer<Int32>,
        entered: UnsafeMutablePointer<Float>, errors: UnsafeMutablePointer<Double>
    ) {
        self.weights = weights
        self.gradient = gradient
        self.counts = counts
        self.entered = entered
        self.errors = errors
    }

    /// The same weights and gradient, and counts and sums of another part.
    ///
    /// - Parameters:
    ///   - part: Which part, counted from this one.
    ///   - places: How many codewords are counted.
    ///   - dimension: The length of a vector.
    ///   - layers: The number of layers.
    public func part(_ part: Int, places: Int, dimension: Int, layers: Int) -> TrainingArrays {
        TrainingArrays(
            weights: weights, gradient: gradient, counts: counts + part * places,
            entered: entered + part * places * dimension, errors: errors + part * layers)
    }
}
