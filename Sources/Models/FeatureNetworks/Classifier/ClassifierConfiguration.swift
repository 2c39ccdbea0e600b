import Datasets
import Files
import Settings

/// Everything that decides a classifier and its training, apart from where its data and its output lie.
///
/// Stored as `config.json` beside the weights.
package struct ClassifierConfiguration: KeyedConfiguration {
    /// None.
    package typealias Preset = ClassifierPreset

    /// What is configured.
    package static let formatName = "classifier"
    /// The version of the stored form that this library writes, and the newest that it reads.
    package static let formatVersion = 2
    /// The command that lists all keys.
    package static let help: Message = "\(phrase: .classifierSettings)"

    /// What kind of data set the images come from.
    package var kind = DatasetKind.mnist
    /// 1 for grey, 3 for colour; `nil` for the data set's.
    package var channels: Int?
    /// Rows of an image, at least 8; `nil` for the data set's.
    package var height: Int?
    /// Pixels in a row, at least 8; `nil` for the data set's.
    package var width: Int?
    /// What the classes mean, in the order of the labels, at least 2; empty for the data set's.
    package var classNames: [String] = []
    /// Whether training images are mirrored left to right at random; `nil` mirrors photographs and no digits, which mean
    /// something else in a mirror.
    package var flip: Bool?
    /// The share of a folder without a split of its own that is kept for tests, in 0 ..< 1.
    package var testShare = 0.1
    /// Channels of the first convolution; two and four times as many follow.
    package var hiddenUnits = 32
    /// F, the length of a feature vector.
    package var featureDimension = 128
    /// The highest learning rate.
    package var learningRate = 0.002
    /// Training steps.
    package var steps = 1000
    /// Images a step.
    package var batchSize = 64
    /// The number that all randomness is derived from.
    package var seed = 0
    /// How well the trained classifier does on the test split; `nil` before it was measured.
    package var accuracy: ClassifierAccuracy?

    /// The defaults.
    package init() {}

    /// The shape of each image.
    package var shape: ImageShape {
        get {
            let usual = kind.defaultShape
            return ImageShape(
                channels: channels ?? usual.channels, height: height ?? usual.height, width: width ?? usual.width)
        }
        set { (channels, height, width) = (newValue.channels, newValue.height, newValue.width) }
    }

    /// The shape, where any of its numbers is set.
    package var chosenShape: ImageShape? { channels == nil && height == nil && width == nil ? nil : shape }

    /// Whether training images are mirrored.
    package var mirrors: Bool { flip ?? (kind != .mnist && kind != .glyphs) }

    /// The settings of a data set: its shape, and its classes where none are set.
    package func completed(for dataset: any ImageDataset) -> ClassifierConfiguration {
        var result = self
        result.shape = dataset.shape
        if classNames.isEmpty { result.classNames = dataset.classNames }
        return result
    }
}

/// There are no presets of classifiers.
package enum ClassifierPreset: ConfigurationPreset {
    /// What they would configure.
    package typealias Configuration = ClassifierConfiguration

    /// None.
    package static var allCases: [ClassifierPreset] { [] }

    package init?(rawValue: String) { nil }
    package var rawValue: String { switch self {} }
    package var yaml: String { switch self {} }
}
