/// The kinds of autoencoder that a run can train.
public enum ModelKind: String, Sendable, CaseIterable {
    /// Hierarchical residual vector quantization: all layers on one grid (Adiban et al. 2022).
    case hrvqvae
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
    /// Pixels of the padded image to one position of the grid, along each side: 2, 4 or 8.
    public var downsampling: Int

    /// Makes the section; the defaults are the paper's for larger images (table 6), and 2 blocks.
    public init(
        kind: ModelKind = .hrvqvae, hiddenUnits: Int = 128, residualUnits: Int = 64, residualBlocks: Int = 2,
        filterSize: Int = 3, downsampling: Int = 4
    ) {
        self.kind = kind
        self.hiddenUnits = hiddenUnits
        self.residualUnits = residualUnits
        self.residualBlocks = residualBlocks
        self.filterSize = filterSize
        self.downsampling = downsampling
    }
}
