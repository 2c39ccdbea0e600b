import Autoencoders
import Bitstream
import Foundation
import Latents
import Training

/// Makes the statistics of a model's codes, and measures them on codes that they were not made of.
package struct EntropyTraining {
    /// The statistics.
    package let statistics: ContextStatistics
    private let test: LayeredCodes

    /// Learns statistics.
    ///
    /// - Parameters:
    ///   - codes: What `Tokenizer` wrote of the training images.
    ///   - heldOut: The same of other images; a twentieth of `codes` is held out if `nil`.
    ///   - training: How to learn.
    ///   - progress: Told which pass of which layer is done, both from 1.
    /// - Throws: ``CompressionError``, `TorchError`.
    package init(
        _ codes: CodesFile, heldOut: CodesFile?, training: StatisticsTraining = .init(),
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        let space = codes.space
        if let other = heldOut?.space, other.grids != space.grids || other.isHierarchical != space.isHierarchical {
            throw CompressionError.unlikeCodes
        }
        if heldOut == nil, codes.count < 2 { throw CompressionError.tooFewImages(found: codes.count) }
        let all = try LayeredCodes(codes.codes, grids: space.grids)
        let kept = heldOut == nil ? max(all.images - max(all.images / 20, 1), 1) : all.images
        let learnt = kept == all.images ? all : all.images(0..<kept)
        test =
            try heldOut.map { try LayeredCodes($0.codes, grids: space.grids) }
            ?? all.images(min(kept, all.images - 1)..<all.images)
        guard
            let first = training.statistics(
                of: learnt, isHierarchical: space.isHierarchical, model: ImageCompressor.fingerprint(space.model),
                progress: progress)
        else { throw CompressionError.tooManyCodewords }
        statistics = training.adapted(first, to: test)
    }

    /// What the statistics make of the held-out codes.
    ///
    /// - Throws: `BitstreamError`, `DigestError`.
    package func report() throws -> EntropyReport { try EntropyReport(test, statistics) }
}
