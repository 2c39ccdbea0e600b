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

    /// The layers in the order in which they are quantized.
    package var layers: [CodeLayer] {
        branchings.map { CodeLayer(height: height, width: width, choices: $0) }
    }

    /// Whether a byte holds every code.
    package var fitsBytes: Bool { branchings.allSatisfy { $0 <= 256 } }
}
