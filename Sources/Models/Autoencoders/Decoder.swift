import Torch

/// A grid of vectors to images: x̂ = D(e_C), the encoder mirrored.
///
///     [N, D, h, w] ─► f×f ─► residual blocks ─► ReLU ─► transposed 4×4 stride 2 (once for each doubling, ReLU between)
package final class Decoder {
    private let convolution: Convolution2D
    private let residual: ResidualStack
    private let ups: [TransposedConvolution2D]

    /// Makes the layers under `scope`: `conv`, `residual.i`, `up.j`.
    ///
    /// - Parameters:
    ///   - scope: Where the parameters go.
    ///   - settings: Widths and depths.
    ///   - dimension: Channels of the latents.
    /// - Throws: `TorchError`.
    package init(_ scope: Scope, _ settings: NetworkSettings, dimension: Int) throws {
        convolution = try Convolution2D(
            scope / "conv", inputs: dimension, outputs: settings.hiddenUnits, filter: settings.filterSize,
            padding: settings.filterSize / 2)
        residual = try ResidualStack(scope / "residual", settings)
        // k = 1: hidden → C; k = 2: hidden → hidden/2 → C; k = 3: hidden → hidden → hidden/2 → C.
        let inner = Array(repeating: settings.hiddenUnits, count: max(settings.halvings - 1, 1))
        let widths = inner + (settings.halvings > 1 ? [settings.outerUnits] : []) + [settings.channels]
        ups = try (0..<settings.halvings).map {
            try TransposedConvolution2D(
                scope / "up" / $0, inputs: widths[$0], outputs: widths[$0 + 1], filter: 4, stride: 2, padding: 1)
        }
    }

    /// Decodes latents.
    ///
    /// - Parameter latents: [N, D, h, w], channels-last.
    /// - Returns: Images [N, C, h·downsampling, w·downsampling], about [−0.5, 0.5] but not limited to it.
    /// - Throws: `TorchError`.
    package func callAsFunction(_ latents: Tensor) throws -> Tensor {
        let rectified = RectifiedCopy()
        var features = try residual(convolution(latents, rectified: rectified), rectified: rectified)
        for (index, up) in ups.enumerated() {
            features = try up(features)
            if index < ups.count - 1 { features = try features.reluInPlace() }
        }
        return features
    }
}
