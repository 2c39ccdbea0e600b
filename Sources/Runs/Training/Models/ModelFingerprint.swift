import Autoencoders
import Files
import Torch

/// A short name of what a model's codes mean.
///
/// Codes are numbers without meaning of their own: made by another model, even by the same one after more training,
/// they are other images. So codes, and priors of them, carry the fingerprint of the model that made them.
package enum ModelFingerprint {
    /// SHA-256 over the model's kind and sizes and all of its parameters (names, shapes and the bytes of their 32-bit
    /// floats, in the model's order): 64 hexadecimal digits.
    ///
    /// Where a model is stored, and the step or the settings of training beside it, do not count.
    ///
    /// - Throws: `DigestError`, `TorchError`.
    package static func of(_ model: any Autoencoder, _ configuration: RunConfiguration) throws -> String {
        let digest = try SHA256Digest()
        let data = configuration.data
        let sizes = [
            data.channels, data.height, data.width, data.padding, model.downsampling, configuration.model.filterSize,
            configuration.model.levels, configuration.quantizer.layers, configuration.quantizer.branching,
        ]
        try digest.update("hrvq codes 1\n\(configuration.model.kind.rawValue) \(sizes)\n")
        if configuration.quantizer.kind != .residual {
            try digest.update("\(configuration.quantizer.kind.rawValue) \(configuration.quantizer.levels)\n")
        }
        for (name, tensor) in try model.parameters.state() {
            try digest.update("\(name) \(tensor.shape)\n")
            try tensor.to(.cpu).to(.float32).contiguous().withBytes { try digest.update(UnsafeRawBufferPointer($0)) }
        }
        return try digest.finish()
    }
}
