import Files

/// What a user can get wrong with priors.
public enum PriorError: Error, Sendable, Equatable, CustomStringConvertible, WordedError {
    /// Settings are lists for another number of layers than the codes have.
    case layerCount(configured: Int, codes: Int)
    /// A layer that does not exist was asked for.
    case noSuchLayer(found: Int, layers: Int)
    /// Codes, a prior or a model belong to another model than the one they are used with.
    case otherModel(what: String, other: String, reason: String)
    /// Priors were to be written over something else.
    case holdsOther(path: String)
    /// Priors that were told the class of every image are asked for images of no given class.
    case classNeeded(path: String)
    /// A layer has no prior yet.
    case missingLayer(path: String, layer: Int, layers: Int)
    /// The folder of a layer is not one of the priors that it lies among.
    case foreignLayer(path: String, layer: Int, reason: String)
    /// A class that the codes do not have.
    case unknownClass(found: String, known: [String])
    /// A class was asked of priors that were trained without labels.
    case unconditional(path: String)
    /// Settings of sampling for another number of layers than there are.
    case settingsCount(name: String, found: Int, layers: Int)
    /// A mask does not fit the image.
    case mask(path: String, found: String, expected: String)
    /// An image has another size than the priors know.
    case imageSize(path: String, found: String, expected: String)
    /// A classifier knows other classes than the priors.
    case otherClasses(found: [String], expected: [String])
    /// There are too few codes to hold some out.
    case tooFewCodes(found: Int)

    /// One sentence: what, where, what was expected, what to do.
    public var description: String { message.description }

    package var message: Message {
        switch self {
        case .layerCount(let configured, let codes):
            "the settings have values for \(configured) layers, and the codes have \(codes); use a preset of this model,"
                + " or one value for all layers"
        case .noSuchLayer(let found, let layers):
            "layer \(found) was asked for, and the codes have the layers 1 to \(layers)"
        case .otherModel(let what, let other, let reason):
            "\(name: what) and \(name: other) do not belong together: \(name: reason); "
                + "use the codes and the prior of one and the same trained model (\(phrase: .tokenizer) writes its codes)"
        case .holdsOther(let path):
            "\(name: path): holds a model or a training run that is no prior; choose another \(phrase: .output)"
        case .classNeeded(let path):
            "\(name: path): knows images of a given class alone (conditioning.labelDropout=0); add \(phrase: .classes)"
        case .missingLayer(let path, let layer, let layers):
            "\(name: path): has no prior of layer \(layer) of \(layers); train it with:"
                + " \(phrase: .layerTraining(path: path, layer: layer))"
        case .foreignLayer(let path, let layer, let reason):
            "\(name: path): is not the prior of layer \(layer) of this folder: \(name: reason); put the files back,"
                + " or train the layer again by \(phrase: .priorTraining) with \(phrase: .replacingLayer(layer))"
        case .unknownClass(let found, let known):
            "there is no class '\(name: found)'; the classes are "
                + "\(Listing.text(Array(known.enumerated())) { "\($0.offset) (\($0.element))" })"
        case .unconditional(let path):
            "\(name: path): knows no classes, as it was trained without labels; leave out \(phrase: .classes), or train it on codes"
                + " with labels and conditioning.label=true"
        case .settingsCount(let name, let found, let layers):
            "\(phrase: .samplingSetting(name)) has \(found) values; give one for all layers, or \(layers), one for each"
        case .mask(let path, let found, let expected): "\(name: path): \(found); expected \(expected)"
        case .imageSize(let path, let found, let expected):
            "\(name: path): is \(found), and the priors know images of \(expected)"
        case .otherClasses(let found, let expected):
            "the classifier knows the classes \(Listing.text(found)), and the priors \(Listing.text(expected));"
                + " train one on the same data by \(phrase: .classifierTraining)"
        case .tooFewCodes(let found):
            "\(found) images are too few to hold some out; give more codes, or others by \(phrase: .heldOut)"
        }
    }
}
