import Files

/// What keeps pictures from being compressed with a model.
package enum CompressionError: WordedError, Sendable, Equatable {
    /// Modelled coding was asked for, and the model has no statistics.
    case noStatistics
    /// The statistics beside a model are of another one, or of an earlier state of it.
    case foreignStatistics(path: String, file: String, model: String)
    /// A layer has too many codewords for tables.
    case tooManyCodewords
    /// Held-out codes have other layers than the codes to learn from.
    case unlikeCodes
    /// There is nothing to hold out.
    case tooFewImages(found: Int)
    /// The codes are of another model.
    case foreignCodes(path: String, file: String, model: String)

    package var description: String { message.description }

    package var message: Message {
        switch self {
        case .noStatistics:
            "the model has no statistics of its codes, which modelled coding needs;"
                + " make them with \(phrase: .entropyTraining), or \(phrase: .packedCoding)"
        case .foreignStatistics(let path, let file, let model):
            "\(name: path): the statistics are of the model \(file), and the model here is \(model);"
                + " make them anew with \(phrase: .entropyRetraining)"
        case .tooManyCodewords:
            "two layers have too many codewords together for tables of statistics; \(phrase: .packedCoding)"
        case .unlikeCodes:
            "the held-out codes have other layers than the codes to learn from;"
                + " give codes that \(phrase: .tokenizer) wrote with one model"
        case .tooFewImages(let found):
            "the codes are of \(found) image; expected at least 2, of which one is held out, or \(phrase: .heldOut)"
        case .foreignCodes(let path, let file, let model):
            "\(name: path): the codes are of the model \(file), and the model here is \(model);"
                + " write them again with \(phrase: .tokenizer)"
        }
    }
}
