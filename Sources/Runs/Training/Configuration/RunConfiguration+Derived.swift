import Foundation
import Latents
import Metrics
import Quantization
import Settings

extension RunConfiguration {
    /// The most codewords that a layer may have.
    ///
    /// 2²⁴ of them at D = 32 take 2 GiB; what asks for more is a slip, not a model.
    package static let maximumCodewords = CodeLayer.maximumChoices

    /// The model's kind and, unless it is the residual one, its quantizer: such as `hrvqvae`, `fsq`, `vqvae2-fsq`.
    package var kindName: String {
        switch quantizer.kind {
        case .residual: model.kind.rawValue
        case .fsq: model.kind == .vqvae ? "fsq" : "\(model.kind.rawValue)-fsq"
        }
    }

    /// The model's name in the literature.
    package var title: String {
        switch quantizer.kind {
        case .residual: model.kind.title
        case .fsq: model.kind == .vqvae ? "FSQ" : "\(model.kind.title) with FSQ"
        }
    }

    // Sizes are checked by `validate`, which itself asks for these: what overflows must not end the process there.

    /// Pixels from top to bottom that the encoder sees.
    package var paddedHeight: Int { data.height &+ 2 &* data.padding }

    /// Pixels from left to right that the encoder sees.
    package var paddedWidth: Int { data.width &+ 2 &* data.padding }

    /// Grid positions from top to bottom; of the finest grid where there are several.
    package var gridHeight: Int { paddedHeight / model.downsampling }

    /// Grid positions from left to right; of the finest grid where there are several.
    package var gridWidth: Int { paddedWidth / model.downsampling }

    /// Pixels to one position of the coarsest grid, along each side; both sides of an image are multiples of it.
    package var coarsestDownsampling: Int { model.downsampling << (model.levels - 1) }

    /// Bits of one grid position: n·log₂(m).
    package var bitsPerPosition: Double { Double(quantizer.layers) * log2(Double(quantizer.branching)) }

    /// 8-bit pixels of the original image to the bits of its codes; 170.7 for `hrvqvae-ffhq`, 130.0 for `vqvae2-ffhq`.
    package var compressionRate: Double {
        Rate(
            codes: (0..<max(model.levels, 1)).map { level in
                .init(positions: (gridHeight >> level) * (gridWidth >> level), bitsPerPosition: bitsPerPosition)
            },
            width: data.width, height: data.height, channels: data.channels
        ).compression
    }

    /// The codewords of each layer on a grid: m, m², …, mⁿ in a hierarchy, m in each flat layer.
    ///
    /// - Throws: `ConfigurationError/invalid(_:)` where a layer has more than ``maximumCodewords``, or there is no
    ///   layer.
    package func codewordsPerLayer() throws -> [Int] {
        var counts: [Int] = []
        var count = 1
        for _ in 0..<max(quantizer.layers, 0) {
            if model.kind.structure == .flat { count = 1 }
            let (product, overflows) = count.multipliedReportingOverflow(by: quantizer.branching)
            guard !overflows, product <= Self.maximumCodewords, product >= 1 else { break }
            count = product
            counts.append(count)
        }
        guard !counts.isEmpty, counts.count == quantizer.layers else {
            throw ConfigurationError.invalid([codewordProblem])
        }
        return counts
    }

    var codewordProblem: ConfigurationError.Problem {
        model.kind.structure == .flat
            ? .init(
                key: "quantizer.branching", value: "\(quantizer.branching)",
                expected: "at most \(Self.maximumCodewords) codewords a layer")
            : .init(
                key: "quantizer.layers",
                value: "\(quantizer.layers) (with quantizer.branching \(quantizer.branching))",
                expected: "1 to \(Self.maximumCodewords) codewords, branching to the power of layers, in the last layer"
            )
    }

    /// Full batches in one pass over the training images; at least 1.
    package func stepsPerEpoch(images: Int) -> Int { max(images / training.batchSize, 1) }

    /// Training steps of the whole run: `steps`, or else epochs · images / batchSize, rounded down; at least 1.
    ///
    /// Batches go on from one pass to the next, as in table 5 of the paper: 999 · 50,000 / 128 = 390,234 steps.
    package func totalSteps(images: Int) -> Int {
        if let steps = training.steps { return steps }
        let (seen, overflows) = training.epochs.multipliedReportingOverflow(by: images)
        return overflows ? Int.max : max(seen / training.batchSize, 1)
    }
}
