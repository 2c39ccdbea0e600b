import Foundation

/// What codes are made of and which model made them: all that must agree before codes, priors and models are combined.
public struct CodeSpace: Codable, Sendable, Equatable {
    /// The fingerprint of the model (`ModelFingerprint`).
    package var model: String
    /// The model's kind.
    package var kind: String
    /// The grids in the order in which they are quantized, and so sampled: of VQ-VAE-2 the coarsest first.
    public var grids: [LatentGrid]
    /// Whether a layer's code names a child of the codeword chosen in the layer before it.
    package var isHierarchical: Bool
    /// Numbers in an image: height · width · channels, without padding.
    package var imageDimensions: Int
    /// The names of the classes that labels number; empty where there are no labels.
    public var classNames: [String]

    /// Makes a description.
    package init(
        model: String, kind: String, grids: [LatentGrid], isHierarchical: Bool, imageDimensions: Int,
        classNames: [String] = []
    ) {
        self.model = model
        self.kind = kind
        self.grids = grids
        self.isHierarchical = isHierarchical
        self.imageDimensions = imageDimensions
        self.classNames = classNames
    }

    /// All layers in the order in which they are sampled.
    package var layers: [CodeLayer] { grids.flatMap(\.layers) }

    /// The number of codewords of each of ``layers``: choices of all layers on the way to it, where a layer's codebook
    /// depends on the layers before it.
    package var codewords: [Int] {
        grids.flatMap { grid in
            var codewords = 1
            return grid.branchings.map { choices in
                codewords = isHierarchical ? codewords * choices : choices
                return codewords
            }
        }
    }

    /// Bits of an image whose codes are all equally likely: Σ positions · log₂ m.
    package var uniformBits: Double {
        layers.reduce(0) { $0 + Double($1.positions) * log2(Double($1.choices)) }
    }

    /// Whether the sizes are such that memory may be taken for them; a file can say anything.
    package var isPlausible: Bool {
        let sides = grids.flatMap { [$0.height, $0.width] }
        let choices = grids.flatMap(\.branchings)
        var codewords = 1.0
        for grid in grids {
            codewords = max(codewords, grid.branchings.reduce(1) { isHierarchical ? $0 * Double($1) : Double($1) })
        }
        // A layer is told those before it position by position, so their grids divide its own.
        let fit = zip(grids, grids.dropFirst()).allSatisfy {
            $0.height > 0 && $0.width > 0 && $1.height % $0.height == 0 && $1.width % $0.width == 0
        }
        return fit && !grids.isEmpty && sides.allSatisfy { (1...4096).contains($0) } && !choices.isEmpty
            && grids.allSatisfy { !$0.branchings.isEmpty && $0.branchings.count <= 256 }
            && choices.allSatisfy { $0 >= 1 && $0 <= CodeLayer.maximumChoices }
            && codewords <= Double(CodeLayer.maximumChoices) && imageDimensions >= 1
    }
}
