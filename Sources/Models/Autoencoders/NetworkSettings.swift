/// The widths and depths of an encoder and its mirrored decoder.
public struct NetworkSettings: Sendable, Equatable {
    /// Colour channels of the images: 1 or 3.
    public var channels: Int
    /// Channels inside of encoder and decoder.
    public var hiddenUnits: Int
    /// Channels between the two convolutions of a residual block.
    public var residualUnits: Int
    /// Residual blocks in the encoder, and in the decoder.
    public var residualBlocks: Int
    /// The side of the convolutions that keep the size of the grid; odd.
    public var filterSize: Int
    /// How many pixels one position of the latent grid stands for along a side: 2, 4 or 8 (any power of two).
    public var downsampling: Int

    /// Makes settings.
    public init(
        channels: Int, hiddenUnits: Int, residualUnits: Int, residualBlocks: Int = 2, filterSize: Int = 3,
        downsampling: Int
    ) {
        precondition(downsampling >= 2 && downsampling & (downsampling - 1) == 0, "downsampling by \(downsampling)")
        precondition(filterSize % 2 == 1, "a filter of even size \(filterSize) would change the size of the grid")
        self.channels = channels
        self.hiddenUnits = hiddenUnits
        self.residualUnits = residualUnits
        self.residualBlocks = residualBlocks
        self.filterSize = filterSize
        self.downsampling = downsampling
    }

    /// The settings of a network that halves features of `channels` channels once more: a further level of VQ-VAE-2.
    func halving(channels: Int) -> NetworkSettings {
        NetworkSettings(
            channels: channels, hiddenUnits: hiddenUnits, residualUnits: residualUnits,
            residualBlocks: residualBlocks, filterSize: filterSize, downsampling: 2)
    }

    /// How many convolutions of stride 2 there are.
    var halvings: Int { downsampling.trailingZeroBitCount }
    /// Channels next to the image: half of the hidden units.
    var outerUnits: Int { max(hiddenUnits / 2, 1) }
}
