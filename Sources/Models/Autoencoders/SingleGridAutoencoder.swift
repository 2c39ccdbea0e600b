import Latents
import Quantization
import Torch

/// One encoder, one quantizer, one decoder: HR-VQVAE, VQ-VAE, RQ-VAE and FSQ.
///
///     x ─► encoder ─► ξ⁰ ─► quantizer ─► e_C = e¹ + … + eⁿ ─► decoder ─► x̂
///                            └─► codes [N, n, H, W]
///
/// The quantizer's settings say which: residual and hierarchical is HR-VQVAE (Adiban et al., BMVC 2022), flat with one layer is
/// VQ-VAE (van den Oord et al. 2017), flat with several is RQ-VAE (Lee et al. 2022) with this encoder and decoder, and
/// `FiniteScalarQuantizer.Settings` are FSQ (Mentzer et al. 2024).
///
/// The decoder's gradient reaches the encoder straight through the quantizer.
public final class SingleGridAutoencoder: Autoencoder {
    /// All parameters: `encoder.…`, `quantizer.codebooks.i`, `decoder.…`.
    public let parameters: ParameterStore
    /// The element type of the convolutions; quantizer and losses are in float32 always.
    public var precision: DataType = .float32
    /// The network's widths and depths.
    public let network: NetworkSettings
    /// The quantizer.
    package let quantizer: any LatentQuantizer
    private let encoder: Encoder
    private let decoder: Decoder

    /// Makes a model with fresh parameters.
    ///
    /// - Parameters:
    ///   - network: Widths and depths.
    ///   - quantizer: The quantizer's settings, such as `QuantizerSettings`.
    ///   - generator: Where initial numbers come from.
    ///   - device: Where the parameters are.
    /// - Throws: `TorchError`.
    public init(
        network: NetworkSettings, quantizer: any LatentQuantizerSettings, generator: Generator, device: Device = .cpu
    ) throws {
        parameters = ParameterStore(device: device)
        self.network = network
        let scope = Scope(store: parameters, generator: generator)
        encoder = try Encoder(scope / "encoder", network, dimension: quantizer.dimension)
        self.quantizer = try quantizer.makeQuantizer(scope / "quantizer")
        decoder = try Decoder(scope / "decoder", network, dimension: quantizer.dimension)
    }

    /// One quantizer.
    public var quantizers: [any LatentQuantizer] { [quantizer] }
    /// The image's side divided by the grid's.
    public var downsampling: Int { network.downsampling }
    /// Colour channels of the images.
    public var channels: Int { network.channels }

    /// Encoder and decoder each reach f/2 positions by their first convolution at the grid, one a residual block, and
    /// less than two positions by the convolutions of stride 2.
    public var receptiveRadius: Int {
        network.downsampling * 2 * (network.filterSize / 2 + network.residualBlocks + 2)
    }

    /// One grid with n layers of m choices.
    public func grids(height: Int, width: Int) -> [LatentGrid] {
        [
            LatentGrid(
                height: height / downsampling, width: width / downsampling,
                branchings: quantizer.layers.map(\.branching))
        ]
    }

    /// ξ⁰ of images, float32 [N, D, H, W], channels-last.
    ///
    /// - Throws: `TorchError`.
    package func latents(_ images: Tensor) throws -> Tensor {
        try encoder(images.to(precision)).to(.float32).channelsLast()
    }

    /// Latents for the quantizer's forward pass: a CUDA device's kernel reads them as the encoder leaves them.
    private func trainingLatents(_ images: Tensor) throws -> Tensor {
        images.device.isCUDA ? try encoder(images.to(precision)).channelsLast() : try latents(images)
    }

    /// The codes of the images' latents.
    ///
    /// - Throws: `TorchError`.
    public func encode(_ images: Tensor) throws -> Codes {
        try withoutGradients {
            Codes(grids: [try quantizer.encode(latents(images))], below: [quantizer.layers.map(\.branching)])
        }
    }

    /// The images that codes stand for, or the first layers of them, in [−0.5, 0.5]: x̂ = D(e¹ + … + e^layers).
    ///
    /// - Parameters:
    ///   - codes: Child indices of one grid, [N, n, H, W] or [N, layers, H, W].
    ///   - layers: How many layers to use, 1 to n; all if `nil`.
    /// - Throws: `CodeError`, `TorchError`.
    public func decode(_ codes: Codes, layers: Int?) throws -> Tensor {
        guard codes.grids.count == 1 else { throw CodeError.grids(found: codes.grids.count, expected: 1) }
        try check(codes, shares: shares(ofFirst: layers))
        return try withoutGradients {
            try image(from: quantizer.decode(codes.grids[0].to(parameters.device), layers: layers))
        }
    }

    /// D(e¹ + … + eⁿ) of the nearest codewords.
    ///
    /// - Throws: `TorchError`.
    public func reconstruct(_ images: Tensor) throws -> Tensor {
        try withoutGradients { try image(from: quantizer.encodeAndQuantize(latents(images)).quantized) }
    }

    private func image(from quantized: Tensor) throws -> Tensor {
        try decoder(quantized.to(precision)).to(.float32).clamped(to: -0.5...0.5)
    }

    /// The whole model; the reconstruction of an image is D(e¹ + … + eᵏ) where the first k layers of it are kept.
    ///
    /// - Throws: `CodeError.layers`, `TorchError`.
    public func forward(_ images: Tensor, layers: [Int]?) throws -> AutoencoderOutput {
        let kept = try layers?.map { try shares(ofFirst: $0)[0] }
        let output = try quantizer.quantize(trainingLatents(images), keptLayers: kept)
        let decoded = try decoder(output.shortened.to(precision))
        // On a CUDA device the error's kernel reads it as it is.
        let reconstruction = images.device.isCUDA ? decoded : try decoded.to(.float32)
        return AutoencoderOutput(reconstruction: reconstruction, quantizers: [output])
    }

    /// The latents' rows [N·H·W, D].
    ///
    /// - Throws: `TorchError`.
    public func vectors(_ images: Tensor, quantizer index: Int) throws -> Tensor {
        try withoutGradients { try latents(images).latentRows() }
    }
}
