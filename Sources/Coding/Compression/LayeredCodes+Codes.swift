import Autoencoders
import Bitstream
import Latents
import Torch

extension LayeredCodes {
    /// A model's codes, layer by layer.
    ///
    /// - Parameters:
    ///   - codes: int32 or uint8 [N, layers, h, w] a grid, known to be in range: a model made them, or a file's were
    ///     checked.
    ///   - grids: The grids' shapes.
    /// - Throws: `TorchError`.
    package init(_ codes: Codes, grids: [LatentGrid]) throws {
        precondition(codes.branchings == grids.map(\.branchings), "codes that may be out of range")
        let layers = grids.flatMap(\.layers)
        self.init(
            images: codes.count, layers: layers,
            values: try layers.indices.map { try codes.layer($0).array(of: Int32.self) })
    }

    /// The codes of a model with these grids; only the first layers where only they are there.
    ///
    /// - Parameters:
    ///   - grids: The grids' shapes.
    ///   - range: Which of the images; all if `nil`.
    /// - Throws: `TorchError`.
    package func codes(grids: [LatentGrid], images range: Range<Int>? = nil) throws -> Codes {
        let range = range ?? 0..<images
        var tensors: [Tensor] = []
        var next = 0
        for grid in grids {
            let size = grid.height * grid.width
            let present = min(grid.branchings.count, values.count - next)
            guard present > 0 else { break }
            let parts = try values[next..<next + present].map {
                try Tensor(
                    Array($0[range.lowerBound * size..<range.upperBound * size]),
                    [range.count, 1, grid.height, grid.width])
            }
            tensors.append(try Tensor.concatenate(parts, axis: 1))
            next += grid.branchings.count
        }
        return Codes(grids: tensors, below: grids.map(\.branchings))
    }
}
