import Files
import Foundation
import Training

/// What an experiment found; the keys of `results.json`.
public struct ExperimentResults: Codable, Sendable, Equatable {
    /// The error of a run at a step, on a part of the test images.
    public struct CurvePoint: Codable, Sendable, Equatable {
        /// Training steps done.
        public var step: Int
        /// Mean squared error on [0, 1].
        public var mse: Double
    }

    /// One training run.
    public struct Run: Codable, Sendable, Equatable {
        /// The folder's name.
        public var name: String
        /// The preset it started from.
        public var preset: String
        /// The autoencoder's kind.
        public var kind: String
        /// The parts of the experiment that read it.
        public var parts: [ExperimentPlan.Part]
        /// Codewords a codebook, m.
        public var branching: Int
        /// Layers n on a grid.
        public var layers: Int
        /// The seed.
        public var seed: Int
        /// Training steps.
        public var steps: Int
        /// Images a step.
        public var batchSize: Int
        /// Trained numbers and codewords.
        public var parameters: Int
        /// Seconds of training, without evaluations.
        public var seconds: Double
        /// The error along the way.
        public var curve: [CurvePoint]
        /// The final figures.
        public var evaluation: EvaluationReport
        /// How many codewords of each layer the measured vectors can fill: see ``fillable(codewords:vectors:)``.
        public var fillable: [Double]
    }

    /// How fast the search is among as many codewords, as a tree and flat.
    public struct Search: Codable, Sendable, Equatable {
        /// Codewords a codebook of the tree, m.
        public var branching: Int
        /// Layers n of the tree.
        public var layers: Int
        /// mⁿ: codewords of the tree's last layer, and of the flat codebook.
        public var codewords: Int
        /// The length of a vector, D.
        public var dimension: Int
        /// Vectors a second through the tree.
        public var hierarchicalPerSecond: Double
        /// Vectors a second through the flat codebook, by the kernel for such.
        public var flatPerSecond: Double
    }

    /// A preset's rate.
    public struct Rate: Codable, Sendable, Equatable {
        /// The preset.
        public var preset: String
        /// Bits of 8-bit pixels to bits of codes.
        public var compression: Double
    }

    /// Whether a claim was seen.
    public enum Verdict: String, Codable, Sendable, Equatable {
        /// Everywhere that it was looked for.
        case yes
        /// In a part of the figures; the evidence says in which.
        case partly
        /// Nowhere, or the contrary was seen.
        case no
    }

    /// What the paper claims, and whether these runs show it.
    public struct Claim: Codable, Sendable, Equatable {
        /// The claim's number in the list of the paper's claims.
        public var number: Int
        /// The claim.
        public var statement: String
        /// Whether it holds here.
        public var holds: Verdict
        /// The figures that say so.
        public var evidence: String
    }

    /// The declaration.
    public var experiment: ExperimentConfiguration
    /// LibTorch's version.
    public var libTorch: String
    /// Threads of the engine.
    public var threads: Int
    /// The element type of the convolutions.
    public var elementType: String
    /// All runs.
    public var runs: [Run]
    /// The search at several sizes.
    public var search: [Search]
    /// The presets' rates.
    public var rates: [Rate]
    /// The claims.
    public var claims: [Claim]

    /// How many of K codewords V vectors can be expected to fill if each chose one evenly at random:
    /// K·(1 − (1 − 1/K)^V). Usage is compared with this, for few vectors cannot fill many codewords.
    public static func fillable(codewords: Int, vectors: Int) -> Double {
        let codewords = Double(codewords)
        return codewords <= 1 ? codewords : codewords * -expm1(Double(vectors) * log1p(-1 / codewords))
    }

    /// The results as JSON with sorted keys.
    ///
    /// - Throws: `EncodingError`.
    public func json() throws -> Data {
        try ReportJSON.data(self)
    }
}

/// A mean over seeds and how far seeds are from it.
public struct MeanAndSpread: Sendable, Equatable {
    /// The mean.
    public let mean: Double
    /// The standard deviation over seeds (n − 1); 0 for one seed.
    public let spread: Double

    /// Of some values.
    public init(_ values: [Double]) {
        let count = Double(max(values.count, 1))
        let mean = values.reduce(0, +) / count
        self.mean = mean
        spread =
            values.count < 2
            ? 0 : (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
    }
}
