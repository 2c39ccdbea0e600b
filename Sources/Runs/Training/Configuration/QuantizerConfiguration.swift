import Quantization

/// The codebooks and how they are learnt (section `quantizer`).
public struct QuantizerConfiguration: Sendable, Equatable {
    /// What codewords start from.
    public enum Initialization: String, Sendable, CaseIterable {
        /// Clusters of the first batches, children clustered on the residuals of their parent.
        case kMeans
        /// Random vectors.
        case random
    }

    /// Which quantizer.
    public enum Kind: String, Sendable, CaseIterable {
        /// Learnt codebooks, a layer each (`ResidualQuantizer`).
        case residual
        /// Rounding to levels, without a codebook (`FiniteScalarQuantizer`).
        case fsq
    }

    /// Which quantizer; what ``Kind/residual`` may choose from is a matter of ``ModelConfiguration/kind``.
    public var kind: Kind
    /// The levels of each element of a latent vector (``Kind/fsq`` alone); empty for learnt codebooks.
    public var levels: [Int]
    /// The number of layers n.
    public var layers: Int
    /// Codewords a codebook, m: a vector is compared with m of them in each layer. Layer i of HR-VQVAE holds mⁱ in all,
    /// a flat layer m.
    public var branching: Int
    /// The length of a codeword, D.
    public var dimension: Int
    /// How codewords are learnt.
    public var learning: CodebookLearning
    /// The decay of the codewords' moving averages, in 0 ..< 1.
    public var decay: Double
    /// β of each layer's commitment term.
    public var beta: Double
    /// β₀ of the commitment to the sum of all layers' codewords, a term of HR-VQVAE; 0 for the others, which lack it.
    public var betaSum: Double
    /// What codewords start from.
    package var initialization: Initialization
    /// Encoded vectors that k-means clusters.
    public var kMeansVectors: Int
    /// Rounds of k-means.
    public var kMeansIterations: Int
    /// Steps that a codeword may stay unused before it is revived; 0 never revives.
    public var reviveAfter: Int
    /// The share of training images that are decoded from their first layers alone, in 0 ..< 1; see `LayerDropout`.
    /// It makes pictures from the first layers good at some cost of those from all.
    public var layerDropout: Double

    /// Makes the section; the defaults are the paper's where it says (table 6).
    package init(
        kind: Kind = .residual, levels: [Int] = [], layers: Int = 3, branching: Int = 8, dimension: Int = 32,
        learning: CodebookLearning = .movingAverage,
        decay: Double = 0.99, beta: Double = 0.25, betaSum: Double = 0.25, initialization: Initialization = .kMeans,
        kMeansVectors: Int = 65536, kMeansIterations: Int = 10, reviveAfter: Int = 20,
        layerDropout: Double = 0
    ) {
        self.kind = kind
        self.levels = levels
        self.layers = layers
        self.branching = branching
        self.dimension = dimension
        self.learning = learning
        self.decay = decay
        self.beta = beta
        self.betaSum = betaSum
        self.initialization = initialization
        self.kMeansVectors = kMeansVectors
        self.kMeansIterations = kMeansIterations
        self.reviveAfter = reviveAfter
        self.layerDropout = layerDropout
    }
}
