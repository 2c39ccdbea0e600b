import Autoencoders
import Bitstream
import Torch

extension LayeredCodes {
    /// A model's codes, layer by layer.
    ///
    /// - Parameters:
    ///   - codes: int32 or uint8 [N, layers, h, w] a grid.
    ///   - grids: The grids' shapes.
    /// - Throws: `TorchError`.
    package init(_ codes: Codes, grids: [LatentGrid]) throws {
        var layers: [CodeLayer] = []
        var values: [[Int32]] = []
        for (tensor, grid) in zip(codes.grids, grids) {
            for (index, choices) in grid.branchings.enumerated() {
                layers.append(CodeLayer(height: grid.height, width: grid.width, choices: choices))
                values.append(try tensor.selected(axis: 1, index).array(of: Int32.self))
            }
        }
        self.init(images: codes.count, layers: layers, values: values)
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
        return Codes(grids: tensors)
    }
}
