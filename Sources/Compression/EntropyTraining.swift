import Autoencoders
import Bitstream
import Foundation
import Training

/// Makes the statistics of a model's codes, and measures them on codes that they were not made of.
public struct EntropyTraining {
    /// The statistics.
    public let statistics: ContextStatistics
    /// What they make of the held-out codes.
    public let report: EntropyReport

    /// Learns statistics.
    ///
    /// - Parameters:
    ///   - codes: What `hrvq tokenize` wrote of the training images.
    ///   - heldOut: The same of other images; a twentieth of `codes` is held out if `nil`.
    ///   - training: How to learn.
    ///   - progress: Told which pass of which layer is done, both from 1.
    /// - Throws: ``CompressionError/tooManyCodewords``, `TorchError`.
    public init(
        _ codes: CodesFile, heldOut: CodesFile?, training: StatisticsTraining = .init(),
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        let space = codes.space
        let all = try LayeredCodes(codes.codes, space)
        let kept = heldOut == nil ? max(all.images - max(all.images / 20, 1), 1) : all.images
        let learnt = kept == all.images ? all : all.images(0..<kept)
        let test =
            try heldOut.map { try LayeredCodes($0.codes, space) } ?? all.images(min(kept, all.images - 1)..<all.images)
        guard
            let first = training.statistics(
                of: learnt, isHierarchical: space.isHierarchical, model: ImageCompressor.fingerprint(space.model),
                progress: progress)
        else { throw CompressionError.tooManyCodewords }
        statistics = training.adapted(first, to: test)
        report = try EntropyReport(test, statistics)
    }
}

extension LayeredCodes {
    /// Codes as `hrvq tokenize` writes them.
    init(_ codes: Codes, _ space: CodeSpace) throws {
        try self.init(
            codes,
            grids: space.grids.map {
                LatentGrid(height: $0.height, width: $0.width, branchings: $0.branchings)
            })
    }
}
