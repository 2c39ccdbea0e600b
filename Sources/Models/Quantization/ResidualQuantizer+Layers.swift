import Torch

extension ResidualQuantizer {
    /// How many layers are kept of each image, or `nil` where it is all of them.
    ///
    /// - Throws: ``CodeError/layers(asked:available:)``.
    func keptLayers(_ layers: [Int]?, images: Int) throws -> [Int]? {
        guard let layers else { return nil }
        precondition(layers.count == images, "\(layers.count) numbers of layers for \(images) images")
        if let wrong = layers.first(where: { !(0...settings.layers).contains($0) }) {
            throw CodeError.layers(asked: wrong, available: settings.layers)
        }
        return layers.allSatisfy { $0 == settings.layers } ? nil : layers
    }

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

    /// 1 for each image of which a layer is kept and 0 for the others, float32 [N, 1], on the processor; `nil` where it
    /// is kept of all.
    func mask(_ kept: [Int], layer: Int) throws -> Tensor? {
        guard kept.contains(where: { $0 <= layer }) else { return nil }
        return try Tensor(kept.map { $0 > layer ? 1 : 0 as Float }, [kept.count, 1])
    }
}
