import Torch

/// Images to features, the common part of all encoders.
///
///     [N, C, H, W] ─► 4×4 stride 2, ReLU (once for each halving) ─► f×f ─► residual blocks ─► ReLU ─► [N, hidden, h, w]
///
/// The first convolution has half of the hidden units, later ones all (the common parts of VQ-VAE-2 and HR-VQVAE).
final class FeatureEncoder {
    private let down: [Convolution2D]
    private let convolution: Convolution2D
    private let residual: ResidualStack

    /// Makes the layers under `scope`: `down.j`, `conv`, `residual.i`.
    init(_ scope: Scope, _ settings: NetworkSettings) throws {
        let widths =
            [settings.channels, settings.outerUnits]
            + Array(repeating: settings.hiddenUnits, count: settings.halvings - 1)
        down = try (0..<settings.halvings).map {
            try Convolution2D(
                scope / "down" / $0, inputs: widths[$0], outputs: widths[$0 + 1], filter: 4, stride: 2, padding: 1)
        }
        convolution = try Convolution2D(
            scope / "conv", inputs: widths[settings.halvings], outputs: settings.hiddenUnits,
            filter: settings.filterSize, padding: settings.filterSize / 2)
        residual = try ResidualStack(scope / "residual", settings)
    }

    /// Encodes images [N, C, H, W], channels-last, to [N, hidden, H/downsampling, W/downsampling].
    func callAsFunction(_ images: Tensor) throws -> Tensor {
        let features = try down.reduce(images) { try $1($0, relu: true) }
        let rectified = RectifiedCopy()
        return try residual(convolution(features, rectified: rectified), rectified: rectified)
    }
}

/// Images to a grid of vectors: ξ⁰ = E(x), the features projected by a 1×1 convolution to the codewords' dimension.
package final class Encoder {
    private let features: FeatureEncoder
    private let projection: Convolution2D

    /// Makes the layers under `scope`: those of the features, and `project`.
    ///
    /// - Throws: `TorchError`.
    package init(_ scope: Scope, _ settings: NetworkSettings, dimension: Int) throws {
        features = try FeatureEncoder(scope, settings)
        projection = try Convolution2D(
            scope / "project", inputs: settings.hiddenUnits, outputs: dimension, filter: 1)
    }

    /// Encodes images.
    ///
    /// - Parameter images: [N, C, H, W] in [−0.5, 0.5], channels-last, H and W multiples of the downsampling.
    /// - Returns: [N, D, H/downsampling, W/downsampling] in the images' element type.
    /// - Throws: `TorchError`.
    package func callAsFunction(_ images: Tensor) throws -> Tensor { try projection(features(images)) }
}
