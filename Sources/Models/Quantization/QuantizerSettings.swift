/// How a quantizer's codewords are learnt.
public enum CodebookLearning: String, Sendable, Codable, CaseIterable {
    /// Each codeword is the moving average of the vectors assigned to it; no gradient reaches it.
    case movingAverage
    /// Codewords are parameters that the optimiser trains by the codebook terms of the objective.
    case gradient
}

/// Which codewords a layer may choose from.
public enum CodebookStructure: String, Sendable, Codable, CaseIterable {
    /// A tree: layer i owns mⁱ⁻¹ codebooks of m codewords, and the codeword chosen in the layer before names the one to
    /// use (HR-VQVAE, Adiban et al. 2022).
    case hierarchical
    /// One codebook of m codewords a layer, whatever was chosen before: vector quantization with one layer (VQ-VAE, van
    /// den Oord et al. 2017), plain residual quantization with several (SoundStream, Zeghidour et al. 2021; RQ-VAE, Lee
    /// et al. 2022, with a codebook of its own for each layer).
    case flat
}

/// The settings of a residual quantizer.
public struct QuantizerSettings: Sendable, Equatable {
    /// Which codewords a layer may choose from.
    public var structure: CodebookStructure
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
    /// β₀ of the commitment to the sum of codewords; flat structures have no such term.
    public var betaSum: Double
    /// Training steps that a codeword may stay unused before it is revived; 0 never revives.
    public var reviveAfter: Int

    /// Makes settings; the defaults are the paper's where it says, and the project's where it does not.
    public init(
        structure: CodebookStructure = .hierarchical, layers: Int, branching: Int, dimension: Int,
        learning: CodebookLearning = .movingAverage, decay: Double = 0.99, beta: Double = 0.25,
        betaSum: Double = 0.25, reviveAfter: Int = 20
    ) {
        precondition(layers >= 1 && branching >= 1 && dimension >= 1, "a quantizer without layers or codewords")
        self.structure = structure
        self.layers = layers
        self.branching = branching
        self.dimension = dimension
        self.learning = learning
        self.decay = decay
        self.beta = beta
        self.betaSum = betaSum
        self.reviveAfter = reviveAfter
    }

    /// The number of codewords of each layer: m, m², …, mⁿ in a hierarchy, m in each flat layer.
    package var codewords: [Int] { codebooks.map { $0 * branching } }

    /// The number of codebooks of each layer: 1, m, …, mⁿ⁻¹ in a hierarchy, 1 in each flat layer.
    package var codebooks: [Int] {
        (0..<layers).map { layer in
            structure == .flat ? 1 : (0..<layer).reduce(1) { product, _ in product * branching }
        }
    }
}
