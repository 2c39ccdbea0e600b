import Datasets
import Torch

/// A network that turns images into vectors in which alike images are near.
package protocol FeatureExtractor {
    /// What reports call the network, such as `inception-v3`.
    var name: String { get }
    /// F, the length of a vector.
    var dimension: Int { get }

    /// The vectors of a batch of images.
    ///
    /// - Parameters:
    ///   - pixels: [N, H, W, C] in row-major order, 0 to 255.
    ///   - count: N, at least 1.
    ///   - height: H.
    ///   - width: W.
    ///   - channels: C, 1 (grey) or 3 (RGB). A network for colour sees grey in all three channels.
    /// - Returns: float32 [N, F], outside of differentiation.
    /// - Throws: ``FeaturesError/wrongPixelCount(found:count:shape:)``,
    ///   ``FeaturesError/wrongShape(extractor:found:expected:)``, `TorchError`.
    func features(_ pixels: [UInt8], count: Int, height: Int, width: Int, channels: Int) throws -> Tensor
}

extension FeatureExtractor {
    /// The vectors of a batch as data sets give it; see ``features(_:count:height:width:channels:)``.
    ///
    /// - Throws: As ``features(_:count:height:width:channels:)``.
    package func features(_ batch: ImageBatch) throws -> Tensor {
        try features(
            batch.pixels, count: batch.count, height: batch.shape.height, width: batch.shape.width,
            channels: batch.shape.channels)
    }
}
