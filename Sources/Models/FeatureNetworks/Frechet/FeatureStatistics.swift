import Torch

/// The mean and the covariance of feature vectors, gathered batch by batch in float64.
///
/// With n vectors seen, mean μ and scatter S = Σ(x − μ)(x − μ)ᵀ, m new ones of mean ν and scatter T give
///
///     δ = ν − μ,   μ ← μ + δ·m/(n + m),   S ← S + T + δδᵀ·nm/(n + m)
///
/// (Chan, Golub and LeVeque 1979), which loses no digits however many vectors there are. Values: adding to a copy
/// leaves the original as it was.
package struct FeatureStatistics {
    /// F, the length of a vector.
    package let dimension: Int
    /// n, the vectors seen.
    package private(set) var count: Int
    /// μ, float64 [F]; zeros before the first vector.
    package private(set) var mean: Tensor
    private var scatter: Tensor

    /// Statistics of no vector yet.
    ///
    /// - Precondition: `dimension` is at least 1.
    /// - Throws: `TorchError`.
    package init(dimension: Int) throws {
        precondition(dimension >= 1, "features of \(dimension) numbers")
        self.dimension = dimension
        count = 0
        mean = try Tensor.zeros([dimension], .float64)
        scatter = try Tensor.zeros([dimension, dimension], .float64)
    }

    /// Statistics that were computed elsewhere, such as published ones of a data set.
    ///
    /// - Parameters:
    ///   - mean: μ, [F].
    ///   - covariance: Σ, symmetric [F, F], divided by n − 1.
    ///   - count: n, at least 2.
    /// - Throws: ``FeaturesError/wrongFeatureShape(found:dimension:)``, ``FeaturesError/tooFewSamples(found:)``,
    ///   ``FeaturesError/notFinite(what:)``, `TorchError`.
    package init(mean: Tensor, covariance: Tensor, count: Int) throws {
        let dimension = mean.count
        guard mean.rank == 1, dimension >= 1 else {
            throw FeaturesError.wrongFeatureShape(found: mean.shape, dimension: dimension)
        }
        guard covariance.shape == [dimension, dimension] else {
            throw FeaturesError.wrongFeatureShape(found: covariance.shape, dimension: dimension)
        }
        guard count >= 2 else { throw FeaturesError.tooFewSamples(found: count) }
        self.dimension = dimension
        self.count = count
        self.mean = try mean.detached().to(.cpu).to(.float64).cloned()
        scatter = try covariance.detached().to(.cpu).to(.float64) * Double(count - 1)
        guard try self.mean.isFinite(), try scatter.isFinite() else {
            throw FeaturesError.notFinite(what: "the mean or covariance")
        }
    }

    /// Σ = S/(n − 1), float64 [F, F]; agrees with `numpy.cov(features, rowvar=False)`.
    ///
    /// - Throws: ``FeaturesError/tooFewSamples(found:)`` below 2 vectors, `TorchError`.
    package func covariance() throws -> Tensor {
        guard count >= 2 else { throw FeaturesError.tooFewSamples(found: count) }
        return try scatter * (1 / Double(count - 1))
    }

    /// Takes vectors in.
    ///
    /// - Parameter features: Real numbers [N, F] on any device; no effect where N is 0.
    /// - Throws: ``FeaturesError/wrongFeatureShape(found:dimension:)``; ``FeaturesError/notFinite(what:)`` with the
    ///   statistics as they were; `TorchError`.
    package mutating func add(_ features: Tensor) throws {
        guard features.rank == 2, features.size(1) == dimension else {
            throw FeaturesError.wrongFeatureShape(found: features.shape, dimension: dimension)
        }
        let added = features.size(0)
        guard added > 0 else { return }
        try withoutGradients {
            let vectors = try features.detached().to(.cpu).to(.float64)
            guard try vectors.isFinite() else { throw FeaturesError.notFinite(what: "features") }
            let newMean = try vectors.sum(axes: [0]) * (1 / Double(added))
            try combine(count: added, mean: newMean, rows: [vectors - newMean], scatter: nil)
        }
    }

    /// Takes the vectors of other statistics in; the order does not matter but for rounding.
    ///
    /// - Throws: ``FeaturesError/differentDimensions(first:second:)``, `TorchError`.
    package mutating func merge(_ other: FeatureStatistics) throws {
        guard other.dimension == dimension else {
            throw FeaturesError.differentDimensions(first: dimension, second: other.dimension)
        }
        guard other.count > 0 else { return }
        try withoutGradients {
            try combine(count: other.count, mean: other.mean, rows: [], scatter: other.scatter)
        }
    }

    /// The step above; `rows` are deviations whose products are still to be summed up, `scatter` is a sum.
    private mutating func combine(count added: Int, mean other: Tensor, rows: [Tensor], scatter sum: Tensor?) throws {
        let total = count + added
        let difference = try other - mean
        // The outer product of the means' difference is one more row of deviations.
        let weight = (Double(count) * Double(added) / Double(total)).squareRoot()
        let deviations = try Tensor.concatenate(rows + [difference.unsqueezed(0) * weight], axis: 0)
        let base = try sum.map { try scatter + $0 } ?? scatter
        scatter = try FeatureOperators.matrixMultiplyAdd(
            .tensor(base), .tensor(deviations.permuted([1, 0])), .tensor(deviations))
        mean = try mean + difference * (Double(added) / Double(total))
        count = total
    }
}
