import Files
import Foundation
import Training

/// What an experiment found; the keys of `results.json`.
package struct ExperimentResults: Codable, Sendable, Equatable {
    /// The error of a run at a step, on a part of the test images.
    package struct CurvePoint: Codable, Sendable, Equatable {
        /// Training steps done.
        package var step: Int
        /// Mean squared error on [0, 1].
        package var mse: Double
    }

    /// One training run.
    package struct Run: Codable, Sendable, Equatable {
        /// The folder's name.
        package var name: String
        /// The preset it started from.
        package var preset: String
        /// The autoencoder's kind.
        package var kind: String
        /// The parts of the experiment that read it.
        package var parts: [ExperimentPlan.Part]
        /// Codewords a codebook, m.
        package var branching: Int
        /// Layers n on a grid.
        package var layers: Int
        /// The seed.
        package var seed: Int
        /// Training steps.
        package var steps: Int
        /// Images a step.
        package var batchSize: Int
        /// Trained numbers and codewords.
        package var parameters: Int
        /// Seconds of training, without evaluations.
        package var seconds: Double
        /// The error along the way.
        package var curve: [CurvePoint]
        /// The final figures.
        package var evaluation: EvaluationReport
        /// How many codewords of each layer the measured vectors can fill: see ``fillable(codewords:vectors:)``.
        package var fillable: [Double]
    }

    /// How fast the search is among as many codewords, as a tree and flat.
    package struct Search: Codable, Sendable, Equatable {
        /// Codewords a codebook of the tree, m.
        package var branching: Int
        /// Layers n of the tree.
        package var layers: Int
        /// mⁿ: codewords of the tree's last layer, and of the flat codebook.
        package var codewords: Int
        /// The length of a vector, D.
        package var dimension: Int
        /// Vectors a second through the tree.
        package var hierarchicalPerSecond: Double
        /// Vectors a second through the flat codebook, by the kernel for such.
        package var flatPerSecond: Double
    }

    /// A preset's rate.
    package struct Rate: Codable, Sendable, Equatable {
        /// The preset.
        package var preset: String
        /// Bits of 8-bit pixels to bits of codes.
        package var compression: Double
    }

    /// Whether a claim was seen.
    package enum Verdict: String, Codable, Sendable, Equatable {
        /// Everywhere that it was looked for.
        case yes
        /// In a part of the figures; the evidence says in which.
        case partly
        /// Nowhere, or the contrary was seen.
        case no
    }

    /// What the paper claims, and whether these runs show it.
    package struct Claim: Codable, Sendable, Equatable {
        /// The claim's number in the list of the paper's claims.
        package var number: Int
        /// The claim.
        package var statement: String
        /// Whether it holds here.
        package var holds: Verdict
        /// The figures that say so.
        package var evidence: String
    }

    /// The declaration.
    package var experiment: ExperimentConfiguration
    /// LibTorch's version.
    package var libTorch: String
    /// Threads of the engine.
    package var threads: Int
    /// The element type of the convolutions.
    package var elementType: String
    /// All runs.
    package var runs: [Run]
    /// The search at several sizes.
    package var search: [Search]
    /// The presets' rates.
    package var rates: [Rate]
    /// The claims.
    package var claims: [Claim]

    /// How many of K codewords V vectors can be expected to fill if each chose one evenly at random:
    /// K·(1 − (1 − 1/K)^V). Usage is compared with this, for few vectors cannot fill many codewords.
    package static func fillable(codewords: Int, vectors: Int) -> Double {
        let codewords = Double(codewords)
        return codewords <= 1 ? codewords : codewords * -expm1(Double(vectors) * log1p(-1 / codewords))
    }

    /// The results as JSON with sorted keys.
    ///
    /// - Throws: `EncodingError`.
    package func json() throws -> Data {
        try ReportJSON.data(self)
    }
}

/// A mean over seeds and how far seeds are from it.
package struct MeanAndSpread: Sendable, Equatable {
    /// The mean.
    package let mean: Double
    /// The standard deviation over seeds (n − 1); 0 for one seed.
    package let spread: Double

    /// Of some values.
    package init(_ values: [Double]) {
        let count = Double(max(values.count, 1))
        let mean = values.reduce(0, +) / count
        self.mean = mean
        spread =
            values.count < 2
            ? 0 : (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
    }
}
