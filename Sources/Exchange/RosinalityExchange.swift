import Autoencoders
import Quantization
import Torch

/// VQ-VAE-2 models of rosinality/vq-vae-2-pytorch, the most used implementation, in and out.
///
///     state_dict of their VQVAE  ──model──►  VQVAE2 of two levels: config.json, model.safetensors
///                                ◄──state──
///
/// Their class has two levels, downsampling 4 and 3×3 filters; its sizes are read off the shapes of its tensors. Codes
/// are the same on both sides, and reconstructions but for the scale of images: theirs are in [−1, 1]. The factor is
/// folded into the first and the last convolution. It is a power of two, so both ways are exact as long as no weight
/// but zero is smaller than 2⁻¹²⁵, and one after the other gives the same bits.
///
/// They keep moving averages of each codeword's vectors beside it, `cluster_size` and `embed_avg`. Ours are in
/// checkpoints and not in `model.safetensors`; see ``state(ofModelAt:)``.
package enum RosinalityExchange {
    /// What their class has instead of settings.
    static let levels = 2
    static let downsampling = 4
    static let filterSize = 3

    /// The name of a level's codewords, [1, K, D].
    static func codebookName(_ level: Int) -> String { "quantizers.\(level).codebooks.0" }

    /// A level's statistics; quantizers are numbered from the top.
    static func statistics(_ model: any Autoencoder, level: Int) -> CodebookStatistics {
        guard let quantizer = model.quantizers[levels - 1 - level] as? ResidualQuantizer else {
            preconditionFailure("a quantizer without codebooks passed checkSupport")
        }
        return quantizer.statistics
    }
}
