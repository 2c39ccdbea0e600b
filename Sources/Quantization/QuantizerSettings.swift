/// How a quantizer's codewords are learnt.
public enum CodebookLearning: String, Sendable, Codable, CaseIterable {
    /// Each codeword is the moving average of the vectors assigned to it; no gradient reaches it.
    case movingAverage
    /// Codewords are parameters that the optimiser trains by the codebook terms of the objective.
    case gradient
}

/// The settings of a hierarchical residual quantizer.
public struct QuantizerSettings: Sendable, Equatable {
    /// The number of layers n.
    public var layers: Int
    /// Codewords a codebook, m.
    public var branching: Int
    /// The length of a codeword, D.
    public var dimension: Int
    /// How codewords are learnt.
    public var learning: CodebookLearning
    /// The decay of the moving averages; unused when codewords are learnt by gradient.
    public var decay: Double
    /// β of every layer's commitment term.
    public var beta: Double
    /// β₀ of the commitment to the sum of codewords.
    public var betaSum: Double
    /// Training steps that a codeword may stay unused before it is revived; 0 never revives.
    public var reviveAfter: Int

    /// Makes settings; the defaults are the paper's where it says, and the project's where it does not.
    public init(
        layers: Int, branching: Int, dimension: Int, learning: CodebookLearning = .movingAverage, decay: Double = 0.99,
        beta: Double = 0.25, betaSum: Double = 0.25, reviveAfter: Int = 20
    ) {
        precondition(layers >= 1 && branching >= 1 && dimension >= 1, "a quantizer without layers or codewords")
        self.layers = layers
        self.branching = branching
        self.dimension = dimension
        self.learning = learning
        self.decay = decay
        self.beta = beta
        self.betaSum = betaSum
        self.reviveAfter = reviveAfter
    }

    /// The number of codewords of each layer: m, m², …, mⁿ.
    public var codewords: [Int] {
        (1...layers).map { layer in (0..<layer).reduce(1) { product, _ in product * branching } }
    }
}
