import Datasets
import Foundation

/// Everything that decides a classifier and its training, apart from where its data and its output lie.
///
/// Stored as `config.json` beside the weights.
package struct ClassifierConfiguration: Sendable, Equatable {
    /// The version of the stored form that this library writes, and the newest that it reads.
    package static let formatVersion = 1

    /// What kind of data set the images come from.
    package var kind: DatasetKind
    /// The shape of each image; sides of at least 8.
    package var shape: ImageShape
    /// What the classes mean, in the order of the labels; at least 2.
    package var classNames: [String]
    /// Channels of the first convolution; two and four times as many follow.
    package var hiddenUnits: Int
    /// F, the length of a feature vector.
    package var featureDimension: Int
    /// Training steps.
    package var steps: Int
    /// Images a step.
    package var batchSize: Int
    /// The highest learning rate.
    package var learningRate: Double
    /// Whether training images are mirrored left to right at random.
    package var flip: Bool
    /// The share of a folder without a split of its own that is kept for tests, in 0 ..< 1.
    package var testShare: Double
    /// The number that all randomness is derived from.
    package var seed: Int
    /// How well the trained classifier does on the test split; `nil` before it was measured.
    package var accuracy: ClassifierAccuracy?

    /// Makes a configuration; nothing is checked before ``validate(source:)``.
    ///
    /// - Parameters:
    ///   - kind: Where images come from.
    ///   - shape: Their shape.
    ///   - classNames: The classes, by label.
    ///   - hiddenUnits: Channels of the first convolution.
    ///   - featureDimension: Elements of the features.
    ///   - steps: Training steps.
    ///   - batchSize: Images a step.
    ///   - learningRate: The highest learning rate.
    ///   - flip: Whether training images are mirrored at random; `nil` mirrors photographs and no digits, which mean
    ///     something else in a mirror.
    ///   - testShare: The share held out where no folders say.
    ///   - seed: The number that all randomness is derived from.
    ///   - accuracy: How well the trained classifier does; `nil` before it was measured.
    package init(
        kind: DatasetKind, shape: ImageShape, classNames: [String], hiddenUnits: Int = 32,
        featureDimension: Int = 128, steps: Int = 1000, batchSize: Int = 64, learningRate: Double = 0.002,
        flip: Bool? = nil, testShare: Double = 0.1, seed: Int = 0, accuracy: ClassifierAccuracy? = nil
    ) {
        self.kind = kind
        self.shape = shape
        self.classNames = classNames
        self.hiddenUnits = hiddenUnits
        self.featureDimension = featureDimension
        self.steps = steps
        self.batchSize = batchSize
        self.learningRate = learningRate
        self.flip = flip ?? (![.mnist, .glyphs].contains(kind))
        self.testShare = testShare
        self.seed = seed
        self.accuracy = accuracy
    }

    /// Checks every value.
    ///
    /// - Parameter source: What the error calls the settings, such as a path.
    /// - Throws: ``FeaturesError/invalidConfiguration(source:problems:)`` with all problems at once.
    package func validate(source: String = "settings") throws {
        var problems: [String] = []
        func require(_ key: String, _ value: Any, _ holds: Bool, _ expected: String) {
            if !holds { problems.append("\(key) is \(value); expected \(expected)") }
        }
        require("channels", shape.channels, shape.channels == 1 || shape.channels == 3, "1 (grey) or 3 (colour)")
        require("height", shape.height, (8...16384).contains(shape.height), "8 to 16384")
        require("width", shape.width, (8...16384).contains(shape.width), "8 to 16384")
        require("classNames", classNames, (2...65536).contains(classNames.count), "at least 2 classes")
        require("classNames", classNames, Set(classNames).count == classNames.count, "names that differ")
        require("hiddenUnits", hiddenUnits, (1...4096).contains(hiddenUnits), "1 to 4096")
        require("featureDimension", featureDimension, (1...65536).contains(featureDimension), "1 to 65536")
        require("steps", steps, (1...Int(Int32.max)).contains(steps), "1 or more")
        require("batchSize", batchSize, (1...1_048_576).contains(batchSize), "1 to 1048576")
        require(
            "learningRate", learningRate, learningRate > 0 && learningRate.isFinite, "a finite number above 0")
        require("testShare", testShare, testShare >= 0 && testShare < 1, "a number from 0 on and below 1")
        require("seed", seed, seed >= 0, "0 or more")
        if let accuracy {
            require(
                "accuracy.classes", accuracy.classes.map(\.name), accuracy.classes.map(\.name) == classNames,
                "the names in classNames")
            require(
                "accuracy.classes", accuracy.classes.map(\.correct),
                accuracy.classes.allSatisfy { $0.images >= 0 && (0...max($0.images, 0)).contains($0.correct) },
                "from 0 to the images of each class")
        }
        guard problems.isEmpty else {
            throw FeaturesError.invalidConfiguration(source: source, problems: problems)
        }
    }
}
