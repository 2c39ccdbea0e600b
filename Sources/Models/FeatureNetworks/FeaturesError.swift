import Datasets
import Files

/// What can go wrong with feature vectors and the networks that make them, as a sentence a person can act on.
///
/// Weights that do not fit a classifier are `TorchError.mismatchedParameters`, files that are missing or cut off are
/// `FileError`.
package enum FeaturesError: WordedError, Sendable, Equatable {
    /// The number of values is not that of the images.
    case wrongPixelCount(found: Int, count: Int, shape: ImageShape)
    /// A network was given images of a shape that it does not take.
    case wrongShape(extractor: String, found: ImageShape, expected: String)
    /// Weights that are not those of the FID Inception: all that is wrong with them.
    case notInception(source: String, problems: [String])
    /// A file is another one than was asked for.
    case mismatchedDigest(path: String, found: String, expected: String)
    /// A text that is no SHA-256.
    case malformedDigest(text: String)
    /// Features that are no matrix of the dimension, or moments that do not fit each other.
    case wrongFeatureShape(found: [Int], dimension: Int)
    /// Two sets of features of different dimensions.
    case differentDimensions(first: Int, second: Int)
    /// Too few samples for a covariance.
    case tooFewSamples(found: Int)
    /// Features, means or covariances that are infinite or not a number.
    case notFinite(what: String)
    /// A data set without classes.
    case unlabelled(dataset: String)
    /// Not one image of a data set decoded.
    case noImages
    /// The data's shape or classes are not the classifier's.
    case differentData(what: String, found: String, expected: String)
    /// The folder holds another kind of model instead of a classifier.
    case holdsOther(path: String, found: String)
    /// The loss of a training step is not a finite number.
    case lossNotFinite(step: Int)

    package var description: String { message.description }

    package var message: Message {
        switch self {
        case .wrongPixelCount(let found, let count, let shape):
            "\(found) values for \(count) images of \(shape); expected one a pixel and channel, and at least one image"
        case .wrongShape(let extractor, let found, let expected):
            "\(extractor): images have the shape \(found); expected \(expected)"
        case .notInception(let source, let problems):
            // A file of another network lacks every weight; hundreds of lines would hide what to do.
            "\(name: source): these are not the weights of pytorch-fid's Inception; \(problems.count) things are wrong:\n"
                + "\(Listing.text(problems, limit: 5, separator: "\n") { "  - \($0)" })"
                + "\nGive pytorch-fid's own file, converted by Tools/pt_to_safetensors.py."
        case .mismatchedDigest(let path, let found, let expected):
            "\(name: path): its SHA-256 is \(found), and \(expected) was asked for; get the file again,"
                + " or give the digest of the file that you mean (a converted file has a digest of its own)"
        case .malformedDigest(let text):
            "'\(name: text)' is no SHA-256; expected 64 digits 0-9 and a-f, as sha256sum prints them"
        case .wrongFeatureShape(let found, let dimension):
            "features have the shape \(found); expected [samples, \(dimension)]"
        case .differentDimensions(let first, let second):
            "features of \(first) numbers cannot be compared with features of \(second);"
                + " take both from the same network"
        case .tooFewSamples(let found):
            "a covariance of \(found) samples is not defined; give at least 2 images"
        case .notFinite(let what):
            "\(what): not a finite number; check the weights and images that the features came from"
        case .unlabelled(let dataset):
            "\(name: dataset): the images have no classes to learn; give a folder whose sub-folders are the classes,"
                + " or a data set with labels"
        case .noImages: "not one image of the data set could be read; check the folder and its files"
        case .differentData(let what, let found, let expected):
            "the data has \(what) \(name: found), and the classifier was made for \(name: expected);"
                + " give the data set it was trained on, or train another classifier"
        case .holdsOther(let path, let found):
            "\(name: path): holds \(name: found); expected a classifier;"
                + " give a folder that \(phrase: .classifierTraining) wrote or is to write"
        case .lossNotFinite(let step):
            "step \(step): the loss is not a finite number; train again with a smaller learning rate"
        }
    }
}
