import EntropyKernelPortable
import Foundation
import Latents

/// Finds the statistics of codes: a convex problem, solved by AdaGrad (Duchi et al. 2011) one code after the other.
///
/// Minimises the mean −log₂ p of the codes. Numbers are 32-bit floats here and become whole 256ths of a bit at the end.
package struct StatisticsTraining {
    /// Passes over the codes.
    package var passes = 3
    /// AdaGrad's rate η, in nats: a score's step is η·g/√(0.1 + Σ g²), and g lies between −1 and 1.
    package var learningRate: Float = 0.3
    /// No table of a neighbour has more rows; larger ones tell less apart.
    package var maximumRows = 33_000

    /// The defaults.
    package init() {}

    /// The statistics of codes.
    ///
    /// - Parameters:
    ///   - codes: The codes of many images.
    ///   - isHierarchical: Whether a code names a child of the codeword of the layer before.
    ///   - model: The fingerprint of the model that made them.
    ///   - progress: Told which pass of which layer is done, both from 1.
    /// - Returns: Statistics without adaptation, or `nil` where a layer has too many codewords for tables.
    package func statistics(
        of codes: LayeredCodes, isHierarchical: Bool, model: Fingerprint, progress: (Int, Int) -> Void = { _, _ in }
    ) -> ContextStatistics? {
        guard
            let shapes = DigitShape.shapes(choices: codes.layers.map(\.choices), isHierarchical: isHierarchical)
        else { return nil }
        var layers: [ContextStatistics.Layer] = []
        var earlier: (layer: CodeLayer, symbols: [Int32])?
        for (index, codewords) in codes.values.enumerated() {
            var values = codewords
            let layer = codes.layers[index]
            let digits = shapes[index].map { RegressionDigit($0, isFirstLayer: index == 0, maximumRows: maximumRows) }
            var symbols: [Int32] = []
            for pass in 0..<max(passes, 1) {
                let walk = LayerWalk(images: codes.images, layer: layer, digits: digits.count, earlier: earlier)
                values.withUnsafeMutableBufferPointer { values in
                    digits.map(\.model).withUnsafeBufferPointer { models in
                        guard let base = values.baseAddress else { return }
                        _ = walk.run(&symbols) { start, planes in
                            EntropyKernel.learn(
                                models.baseAddress, count: models.count, choices: layer.choices,
                                isChild: isHierarchical && index > 0, planes, base + start, rate: learningRate)
                            return true
                        }
                    }
                }
                progress(index + 1, pass + 1)
            }
            layers.append(.init(choices: layer.choices, digits: digits.map(\.quantized)))
            earlier = (layer, symbols)
        }
        return ContextStatistics(checked: model, isHierarchical: isHierarchical, adaptation: 0, layers: layers)
    }

    /// The adaptation that makes files of one image each the shortest; 0 where none does.
    ///
    /// - Parameters:
    ///   - statistics: Statistics, whose own adaptation is of no meaning.
    ///   - heldOut: Codes that they were not made of.
    ///   - images: How many of the images are tried.
    package func adapted(
        _ statistics: ContextStatistics, to heldOut: LayeredCodes, images: Int = 200
    ) -> ContextStatistics {
        let count = min(images, heldOut.images)
        let singles = (0..<count).map { heldOut.image($0 * heldOut.images / count) }
        func cost(_ candidate: ContextStatistics) -> Double {
            singles.reduce(0) { $0 + ModelledCoding.cost($1, candidate).reduce(0, +) }
        }
        return ([0] + Array(8...13)).map { statistics.adapting(by: $0) }.map { ($0, cost($0)) }
            .min { $0.1 < $1.1 }?.0 ?? statistics
    }
}
