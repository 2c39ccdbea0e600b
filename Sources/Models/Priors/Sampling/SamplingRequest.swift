import Datasets
import Torch

/// Codes that a sampler takes over instead of drawing them: the known part of an image that is to be completed.
package struct KeptCodes {
    /// Codes of all positions, integers [N, H, W]; those that are not kept mean nothing.
    package var codes: Tensor
    /// Whether a position is kept: H·W entries in raster order, for all images alike, or N·H·W.
    package var mask: [Bool]

    /// Collects both.
    package init(codes: Tensor, mask: [Bool]) {
        self.codes = codes
        self.mask = mask
    }
}

/// What is to be sampled.
package struct SamplingRequest {
    /// How many images, N; at least 1.
    package var count: Int
    /// The earlier layers' codewords in the order of ``PixelSNAILSettings/conditions``, integers [N, h, w].
    package var conditions: [Tensor]
    /// Classes, one an image; the number of classes stands for "no class". `nil` for a prior without labels.
    package var labels: [Int]?
    /// Codes that are not drawn.
    package var kept: KeptCodes?
    /// The user's seed.
    package var seed: UInt64
    /// The number of the first image: image i draws from the stream `stream` of the seed at step `firstImage + i`, one
    /// number a position that is drawn, so that it comes out the same in whatever batch it is.
    package var firstImage: Int
    /// What the random numbers are for, such as the layer's name; two layers must not share one.
    package var stream: String

    /// Collects the parts.
    package init(
        count: Int, conditions: [Tensor] = [], labels: [Int]? = nil, kept: KeptCodes? = nil, seed: UInt64,
        firstImage: Int = 0, stream: String
    ) {
        self.count = count
        self.conditions = conditions
        self.labels = labels
        self.kept = kept
        self.seed = seed
        self.firstImage = firstImage
        self.stream = stream
    }

    /// The random numbers of an image of the request.
    func generator(image: Int) -> SeededGenerator {
        SeededGenerator(seed: seed, stream: stream, step: UInt64(truncatingIfNeeded: firstImage + image))
    }
}

/// How far a sampler is.
package struct SamplingProgress: Sendable, Equatable {
    /// Positions of all images that are done.
    package var done: Int
    /// Positions of all images.
    package var total: Int

    /// Makes a state.
    package init(done: Int, total: Int) {
        self.done = done
        self.total = total
    }
}
