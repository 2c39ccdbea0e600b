import Autoencoders
import Latents
import Quantization

extension CodeSpace {
    /// The codes of a model.
    ///
    /// - Throws: `DigestError`, `TorchError`.
    package init(_ model: any Autoencoder, _ configuration: RunConfiguration, classNames: [String] = []) throws {
        self.init(
            model: try ModelFingerprint.of(model, configuration), kind: configuration.kindName,
            grids: model.grids(height: configuration.paddedHeight, width: configuration.paddedWidth),
            isHierarchical: configuration.model.kind.structure == .hierarchical,
            imageDimensions: configuration.data.channels * configuration.data.height * configuration.data.width,
            classNames: classNames)
    }
}
