import Quantization

/// The kinds of autoencoder that a run can train.
public enum ModelKind: String, Sendable, CaseIterable {
    /// Hierarchical residual vector quantization: all layers on one grid (Adiban et al. 2022).
    case hrvqvae
    /// One flat codebook (van den Oord et al. 2017).
    case vqvae
    /// A flat codebook a level, each level on a coarser grid than the one below (Razavi et al. 2019).
    case vqvae2
    /// Plain residual quantization: a flat codebook a layer, all layers on one grid (Lee et al. 2022).
    case rqvae

    /// What a layer of the quantizer may choose from.
    package var structure: CodebookStructure { self == .hrvqvae ? .hierarchical : .flat }

    /// The name in the literature.
    package var title: String {
        switch self {
        case .hrvqvae: "HR-VQVAE"
        case .vqvae: "VQ-VAE"
        case .vqvae2: "VQ-VAE-2"
        case .rqvae: "RQ-VAE"
        }
    }
}

/// The encoder and decoder (section `model`).
public struct ModelConfiguration: Sendable, Equatable {
    /// Which autoencoder.
    public var kind: ModelKind
    /// Channels of the convolutions; half as many after the first one that halves the image, so it is even.
    public var hiddenUnits: Int
    /// Channels inside a residual block.
    public var residualUnits: Int
    /// Residual blocks in the encoder, and as many in the decoder.
    public var residualBlocks: Int
    /// Side of the convolutions that keep the size, in pixels; odd.
    public var filterSize: Int
    /// Pixels of the padded image to one position of the (finest) grid, along each side: 2, 4 or 8.
    public var downsampling: Int
    /// Levels of VQ-VAE-2, each on a grid of half the side of the one below; 1 for the models with one grid.
    public var levels: Int

    /// Makes the section; the defaults are the paper's for larger images (table 6), and 2 blocks.
    package init(
        kind: ModelKind = .hrvqvae, hiddenUnits: Int = 128, residualUnits: Int = 64, residualBlocks: Int = 2,
        filterSize: Int = 3, downsampling: Int = 4, levels: Int = 1
    ) {
        self.kind = kind
        self.hiddenUnits = hiddenUnits
        self.residualUnits = residualUnits
        self.residualBlocks = residualBlocks
        self.filterSize = filterSize
        self.downsampling = downsampling
        self.levels = levels
    }
}
