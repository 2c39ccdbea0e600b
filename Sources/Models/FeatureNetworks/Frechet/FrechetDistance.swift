import Torch

/// The Fréchet distance (2-Wasserstein, squared) between two sets of features, each taken as a normal distribution.
///
///     d² = ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½)
///
/// With the features of ``InceptionV3`` it is the Fréchet inception distance, FID. The result is a squared distance, as
/// everyone reports it. It depends on the number of images: compare figures of equal numbers only, and of more than
/// F images, below which covariances lack rank. Sources: Dowson and Landau 1982; Heusel et al. 2017, equation 6.
package enum FrechetDistance {
    /// The squared distance, at least 0.
    ///
    /// The product of two covariances is not symmetric; Σ₁^½ Σ₂ Σ₁^½ has the same eigenvalues, is symmetric, and its
    /// root's trace is the sum of their roots. Eigenvalues that rounding brought below zero count as zero. In float64.
    /// Agrees with `scipy.linalg.sqrtm` of the product where that converges.
    ///
    /// - Throws: ``FeaturesError/differentDimensions(first:second:)``, ``FeaturesError/tooFewSamples(found:)``,
    ///   `TorchError`.
    package static func between(_ first: FeatureStatistics, _ second: FeatureStatistics) throws -> Double {
        guard first.dimension == second.dimension else {
            throw FeaturesError.differentDimensions(first: first.dimension, second: second.dimension)
        }
        return try withoutGradients {
            let covariance1 = try first.covariance()
            let covariance2 = try second.covariance()
            let difference = try first.mean - second.mean
            let shift = try number((difference * difference).sum())
            let traces = try number(trace(covariance1)) + number(trace(covariance2))
            let root = try squareRoot(covariance1)
            let product = try root.matmul(covariance2).matmul(root)
            let symmetric = try (product + product.permuted([1, 0])) * 0.5
            let eigenvalues = try FeatureOperators.symmetricEigenvalues(.tensor(symmetric))
            let common = try number(nonNegative(eigenvalues).squareRoot().sum())
            // For equal sets the terms cancel, and what rounding leaves may lie below zero.
            return max(shift + traces - 2 * common, 0)
        }
    }

    /// The symmetric root of a symmetric matrix without negative eigenvalues: V·diag(√λ)·Vᵀ.
    private static func squareRoot(_ matrix: Tensor) throws -> Tensor {
        let results = try FeatureOperators.symmetricEigen.results([.tensor(matrix)])
        guard results.count == 2, case .tensor(let eigenvalues) = results[0], case .tensor(let vectors) = results[1]
        else {
            throw TorchError.unexpectedResult(
                operation: FeatureOperators.symmetricEigen.name, text: "eigenvalues and eigenvectors were expected")
        }
        return try (vectors * nonNegative(eigenvalues).squareRoot()).matmul(vectors.permuted([1, 0]))
    }

    private static func nonNegative(_ eigenvalues: Tensor) throws -> Tensor {
        try eigenvalues.clamped(to: 0...Double.greatestFiniteMagnitude)
    }

    private static func trace(_ matrix: Tensor) throws -> Tensor { try FeatureOperators.trace(.tensor(matrix)) }

    private static func number(_ tensor: Tensor) throws -> Double { try tensor.array(of: Double.self)[0] }
}
