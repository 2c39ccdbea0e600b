import Torch

/// What an image becomes: child indices, one tensor for each latent grid.
///
/// HR-VQVAE has one grid, [N, layers, H, W]; a model with levels of several sizes has one [N, 1, H, W] a level.
public struct Codes {
    /// int32 tensors [N, layers, H, W], each number in 0 ..< m of its layer.
    public var grids: [Tensor] {
        didSet { branchings = nil }
    }
    /// The m of each grid's layers, where the codes are known to be below it: a model made them, or they were checked when
    /// they were read. `nil` for codes from elsewhere, which ``Autoencoder/decode(_:layers:)`` checks.
    package private(set) var branchings: [[Int]]?

    /// Wraps grids.
    public init(grids: [Tensor]) { self.grids = grids }

    /// Wraps grids whose codes are known to be in range.
    package init(grids: [Tensor], below branchings: [[Int]]?) {
        self.grids = grids
        self.branchings = branchings
    }

    /// How many images there are.
    public var count: Int { grids.first?.size(0) ?? 0 }

    /// The same or some of the codes, selected grid by grid.
    ///
    /// - Parameter body: Returns codes of the grid that it is given and no others, in the same layers.
    /// - Throws: What `body` throws.
    package func selected(_ body: (Tensor) throws -> Tensor) rethrows -> Codes {
        Codes(grids: try grids.map(body), below: branchings)
    }

    /// The codes of one layer [N, H, W], in the grid's memory. Layers are counted over all grids, from 0.
    ///
    /// - Throws: `TorchError`.
    package func layer(_ index: Int) throws -> Tensor {
        var place = index
        for grid in grids {
            if place < grid.size(1) { return try grid.selected(axis: 1, place) }
            place -= grid.size(1)
        }
        preconditionFailure("layer \(index) of codes that have fewer")
    }
}
