/// What a sampler refuses, and what it finds wrong on its way.
package enum SamplingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A setting out of its range.
    case invalidSetting(name: String, found: String, expected: String)
    /// The number of images that were asked for.
    case wrongImageCount(found: Int)
    /// Other earlier layers than the prior was made for.
    case wrongConditionCount(found: Int, expected: Int)
    /// An earlier layer of another shape; layers count from 0.
    case wrongConditionShape(layer: Int, found: [Int], expected: [Int])
    /// A number that is no codeword of an earlier layer.
    case codewordOutOfRange(layer: Int, found: Int, choices: Int)
    /// A prior of classes was given no labels.
    case missingLabels(classes: Int)
    /// A prior without classes was given labels.
    case unexpectedLabels
    /// Not one label an image.
    case wrongLabelCount(found: Int, expected: Int)
    /// A number that is no class.
    case labelOutOfRange(found: Int, classes: Int)
    /// Codes of another shape; `what` says which codes.
    case wrongCodeShape(what: String, found: [Int], expected: [Int])
    /// A mask that has neither one entry a position nor one a position and image.
    case wrongMaskSize(found: Int, positions: Int, images: Int)
    /// A number that is no code; `what` says which codes.
    case codeOutOfRange(what: String, found: Int, choices: Int)
    /// This processor cannot run the kernel.
    case unsupportedKernel(name: String)
    /// A logit is infinite or not a number; images count from 0 within the request.
    case notFinite(image: Int, row: Int, column: Int)
    /// The caller asked to stop.
    case stopped

    /// What, where, what was expected, what to do.
    package var description: String {
        switch self {
        case .invalidSetting(let name, let found, let expected): "\(name) is \(found); expected \(expected)"
        case .wrongImageCount(let found): "\(found) images cannot be sampled; expected at least 1"
        case .wrongConditionCount(let found, let expected):
            "\(found) earlier layers were given to a prior that is conditioned on \(expected);"
                + " give the codes of every layer before it, in their order"
        case .wrongConditionShape(let layer, let found, let expected):
            "the codes of earlier layer \(layer) have the shape \(found); expected \(expected)"
        case .codewordOutOfRange(let layer, let found, let choices):
            "the codes of earlier layer \(layer) hold \(found); expected codeword numbers in 0 ..< \(choices)"
        case .missingLabels(let classes):
            "the prior was made for \(classes) classes and no labels were given;"
                + " give one an image, \(classes) for no class in particular"
        case .unexpectedLabels: "labels were given to a prior that knows no classes; leave them out"
        case .wrongLabelCount(let found, let expected): "\(found) labels were given for \(expected) images"
        case .labelOutOfRange(let found, let classes):
            "label \(found) is no class; expected 0 ..< \(classes), or \(classes) for no class in particular"
        case .wrongCodeShape(let what, let found, let expected):
            "\(what) have the shape \(found); expected \(expected)"
        case .wrongMaskSize(let found, let positions, let images):
            "the mask of kept codes has \(found) entries; expected \(positions), one a position,"
                + " or \(positions * images), one a position of each image"
        case .codeOutOfRange(let what, let found, let choices):
            "\(what) hold \(found); expected numbers in 0 ..< \(choices)"
        case .unsupportedKernel(let name):
            "this processor cannot run the sampler's kernel '\(name)'; use the default"
        case .notFinite(let image, let row, let column):
            "image \(image), row \(row), column \(column): the prior's logits are not finite numbers;"
                + " its weights are spoilt, as after a training run that diverged"
        case .stopped: "sampling was stopped before its end"
        }
    }
}
