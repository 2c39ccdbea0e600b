import Datasets

/// Draws the training images that are decoded from their first layers alone.
///
/// A share p of the images, each drawn on its own in every step, is decoded from k layers, k drawn evenly from
/// 1 ... n − 1; the others from all n. The decoder so learns to make a picture of any first layers, and layers to be of
/// use before those that follow. This is the quantizer dropout of SoundStream (Zeghidour et al. 2021, section III-C),
/// which draws k evenly from 1 ... n for every example: p = (n − 1) / n here.
///
/// What is drawn is a function of seed and step, so that a checkpoint need not keep it.
package struct LayerDropout: Sendable, Equatable {
    /// p, in 0 ..< 1.
    package var share: Double
    /// n, the number of layers over all quantizers.
    package var layers: Int
    /// The run's seed.
    package var seed: UInt64

    /// Names the share, the layers and the seed.
    package init(share: Double, layers: Int, seed: UInt64) {
        self.share = share
        self.layers = layers
        self.seed = seed
    }

    /// From how many layers each image of a step is decoded.
    ///
    /// - Parameters:
    ///   - step: Steps done before this one.
    ///   - images: How many images the step has.
    /// - Returns: A number in 1 ... ``layers`` for each image; `nil`, and nothing is drawn, where nothing can be left
    ///   out.
    package func keptLayers(step: Int, images: Int) -> [Int]? {
        guard share > 0, layers > 1 else { return nil }
        var stream = SeededGenerator(seed: seed, stream: "layer dropout", step: UInt64(step))
        return (0..<images).map { _ in stream.uniform() < share ? 1 + stream.below(layers - 1) : layers }
    }
}
