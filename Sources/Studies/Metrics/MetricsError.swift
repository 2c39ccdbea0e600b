/// What cannot be measured, as a sentence a person can act on.
package enum MetricsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The number of values is not width · height · channels.
    case wrongPixelCount(found: Int, width: Int, height: Int, channels: Int)
    /// Two images of different shapes, each as width×height×channels.
    case differentShapes(original: String, other: String)
    /// A layer that the model does not have.
    case unknownLayer(layer: Int, layers: Int)
    /// A codeword that the layer does not have.
    case unknownCodeword(index: Int, layer: Int, codewords: Int)
    /// Counts of codebooks of different shapes.
    case differentCodebooks(mine: [Int], theirs: [Int])

    /// What, where, what was expected, what to do.
    package var description: String {
        switch self {
        case .wrongPixelCount(let found, let width, let height, let channels):
            "\(found) values for an image of \(width)×\(height)×\(channels); "
                + "expected one a pixel and channel, and sides of at least 1"
        case .differentShapes(let original, let other):
            "an image of \(original) cannot be compared with one of \(other); crop or resize one of them first"
        case .unknownLayer(let layer, let layers):
            "there is no layer \(layer); expected 0 to \(layers - 1)"
        case .unknownCodeword(let index, let layer, let codewords):
            "layer \(layer) has no codeword \(index); expected absolute indices from 0 to \(codewords - 1)"
        case .differentCodebooks(let mine, let theirs):
            "counts of \(theirs) codewords cannot be added to counts of \(mine); they are of different models"
        }
    }
}
