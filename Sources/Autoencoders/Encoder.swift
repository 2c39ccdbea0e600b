import Torch

/// Images to a grid of vectors: ξ⁰ = E(x).
///
///     [N, C, H, W] ─► 4×4 stride 2, ReLU (once for each halving) ─► f×f ─► residual blocks ─► ReLU ─► 1×1 ─► [N, D, h, w]
///
/// The first convolution has half of the hidden units, later ones all (the common parts of VQ-VAE-2 and HR-VQVAE).
public final class Encoder {
    private let down: [Convolution2D]
    private let convolution: Convolution2D
    private let residual: ResidualStack
    private let projection: Convolution2D

    /// Makes the layers under `scope`: `down.j`, `conv`, `residual.i`, `project`.
    ///
    /// - Throws: `TorchError`.
    public init(_ scope: Scope, _ settings: NetworkSettings, dimension: Int) throws {
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
        projection = try Convolution2D(
            scope / "project", inputs: settings.hiddenUnits, outputs: dimension, filter: 1)
    }

    /// Encodes images.
    ///
    /// - Parameter images: [N, C, H, W] in [−0.5, 0.5], channels-last, H and W multiples of the downsampling.
    /// - Returns: [N, D, H/downsampling, W/downsampling] in the images' element type.
    /// - Throws: `TorchError`.
    public func callAsFunction(_ images: Tensor) throws -> Tensor {
        let features = try down.reduce(images) { try $1($0).reluInPlace() }
        return try projection(residual(convolution(features)).reluInPlace())
    }
}
