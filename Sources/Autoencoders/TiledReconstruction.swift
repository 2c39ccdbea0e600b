import Torch

extension Autoencoder {
    /// Reconstructs one image of any size, by tiles where it is large, so that memory stays bounded.
    ///
    /// Every tile is computed with a margin of ``receptiveRadius`` pixels around it, of which nothing is kept: the
    /// network cannot see further, so tiles join without seams and give what one pass over the image would.
    ///
    /// - Parameters:
    ///   - image: [1, C, H, W] in [−0.5, 0.5], H and W multiples of ``downsampling``.
    ///   - tile: The side of the part that is kept of a tile; rounded up to a multiple of ``downsampling``.
    /// - Returns: x̂ in [−0.5, 0.5], of the same shape.
    /// - Throws: `TorchError`.
    public func reconstructTiled(_ image: Tensor, tile: Int) throws -> Tensor {
        let height = image.size(2)
        let width = image.size(3)
        precondition(tile > 0, "a tile of \(tile) pixels")
        let side = (tile + downsampling - 1) / downsampling * downsampling
        let margin = (receptiveRadius + downsampling - 1) / downsampling * downsampling
        guard height > side + margin || width > side + margin else { return try reconstruct(image) }
        let result = try Tensor.empty(image.shape, device: image.device)
        for top in stride(from: 0, to: height, by: side) {
            for left in stride(from: 0, to: width, by: side) {
                let rows = top..<min(top + side, height)
                let columns = left..<min(left + side, width)
                let outerRows = max(rows.lowerBound - margin, 0)..<min(rows.upperBound + margin, height)
                let outerColumns = max(columns.lowerBound - margin, 0)..<min(columns.upperBound + margin, width)
                let part = try reconstruct(
                    image.narrowed(axis: 2, outerRows).narrowed(axis: 3, outerColumns).channelsLast())
                let rowStart = rows.lowerBound - outerRows.lowerBound
                let columnStart = columns.lowerBound - outerColumns.lowerBound
                try result.narrowed(axis: 2, rows).narrowed(axis: 3, columns).copyInPlace(
                    from: part.narrowed(axis: 2, rowStart..<rowStart + rows.count)
                        .narrowed(axis: 3, columnStart..<columnStart + columns.count))
            }
        }
        return result
    }
}
