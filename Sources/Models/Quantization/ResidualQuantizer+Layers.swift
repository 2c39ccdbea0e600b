import Torch

extension ResidualQuantizer {
    /// e¹ + … + eᵏ of each image: one gathering from the partial sums that the search left.
    ///
    /// - Parameters:
    ///   - sums: The sums up to each layer, [n, V, D].
    ///   - kept: k of each image; where it is 0 the result is that of 1, and for ``mask(_:layer:)`` to take away.
    /// - Returns: [V, D].
    func shortened(_ sums: Tensor, to kept: [Int]) throws -> Tensor {
        let images = kept.count
        let places = kept.enumerated().map { Int64(max($0.element - 1, 0) * images + $0.offset) }
        return try sums.reshaped([settings.layers * images, -1])
            .indexSelected(axis: 0, Tensor(places, [images]).to(sums.device)).reshaped([-1, settings.dimension])
    }
}
