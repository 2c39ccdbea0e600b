import Torch

extension Autoencoder {
    /// Reconstructs one image of any size, by tiles where it is large (``TilePlan``), so that memory stays bounded.
    ///
    /// - Parameters:
    ///   - image: [1, C, H, W] in [−0.5, 0.5], H and W multiples of ``downsampling``.
    ///   - tile: The side of the part that is kept of a tile.
    /// - Returns: x̂ in [−0.5, 0.5], of the same shape.
    /// - Throws: `TorchError`.
    package func reconstructTiled(_ image: Tensor, tile: Int) throws -> Tensor {
        let plan = TilePlan(height: image.size(2), width: image.size(3), side: tile, model: self)
        guard plan.tiles.count > 1 else { return try reconstruct(image) }
        let result = try Tensor.empty(image.shape, device: image.device)
        for tile in plan.tiles {
            let part = try reconstruct(
                image.narrowed(axis: 2, tile.outerRows).narrowed(axis: 3, tile.outerColumns).channelsLast())
            try result.narrowed(axis: 2, tile.rows).narrowed(axis: 3, tile.columns).copyInPlace(
                from: part.narrowed(axis: 2, tile.rows.relative(to: tile.outerRows.lowerBound))
                    .narrowed(axis: 3, tile.columns.relative(to: tile.outerColumns.lowerBound)))
        }
        return result
    }
}
