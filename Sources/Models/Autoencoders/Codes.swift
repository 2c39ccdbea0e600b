import Torch

/// What an image becomes: child indices, one tensor for each latent grid.
///
/// HR-VQVAE has one grid, [N, layers, H, W]; a model with levels of several sizes has one [N, 1, H, W] a level.
public struct Codes {
    /// int32 tensors [N, layers, H, W], each number in 0 ..< m of its layer.
    public var grids: [Tensor]

    /// Wraps grids.
    public init(grids: [Tensor]) { self.grids = grids }

    /// How many images there are.
    public var count: Int { grids.first?.size(0) ?? 0 }
}

/// The shape of one latent grid and what its layers choose from.
public struct LatentGrid: Codable, Sendable, Equatable {
    /// Positions down.
    public var height: Int
    /// Positions across.
    public var width: Int
    /// The number of choices of each layer, m.
    public var branchings: [Int]

    /// Makes a description.
    package init(height: Int, width: Int, branchings: [Int]) {
        self.height = height
        self.width = width
        self.branchings = branchings
    }
}
