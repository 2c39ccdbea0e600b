import Datasets
import Settings

extension ClassifierConfiguration {
    /// All keys, section by section.
    package static let keys: [ConfigurationKey<ClassifierConfiguration>] = [
        .choice("data.kind", \.kind, "where images come from"),
        .optionalInteger("data.channels", \.channels, "1 for grey, 3 for colour; null = the data set's"),
        .optionalInteger("data.height", \.height, "pixels from top to bottom; null = the data set's"),
        .optionalInteger("data.width", \.width, "pixels from left to right; null = the data set's"),
        .texts("data.classNames", \.classNames, "what the classes mean, by label; [] = the data set's"),
        .optionalFlag("data.flip", \.flip, "mirror training images at random; null = photographs, and no digits"),
        .number("data.testShare", \.testShare, "share kept for tests where the data has no split"),
        .integer("network.hiddenUnits", \.hiddenUnits, "channels of the first convolution, then twice and four times"),
        .integer("network.featureDimension", \.featureDimension, "length F of a feature vector"),
        .number("optimizer.learningRate", \.learningRate, "highest learning rate"),
        .integer("training.steps", \.steps, "training steps"),
        .integer("training.batchSize", \.batchSize, "images a step"),
        .integer("training.seed", \.seed, "the number that all randomness is derived from"),
    ]

    /// The accuracy.
    package static let results: Set<String> = ["accuracy"]

    /// Checks every value; the classes may be those of a data set that is not known yet.
    ///
    /// - Throws: `ConfigurationError.invalid` with all problems at once.
    package func validate() throws {
        var check = ConfigurationCheck(configuration: self)
        let shape = shape
        check.require("data.channels", shape.channels == 1 || shape.channels == 3, "1 (grey) or 3 (colour)")
        check.integer("data.height", shape.height, 8...16384)
        check.integer("data.width", shape.width, 8...16384)
        check.require("data.classNames", classNames.isEmpty || (2...65536).contains(classNames.count), "at least 2")
        check.require("data.classNames", Set(classNames).count == classNames.count, "names that differ")
        check.number("data.testShare", testShare, 0, below: 1)
        check.integer("network.hiddenUnits", hiddenUnits, 1...4096)
        check.integer("network.featureDimension", featureDimension, 1...65536)
        check.positive("optimizer.learningRate", learningRate)
        check.integer("training.steps", steps, 1...Int(Int32.max))
        check.integer("training.batchSize", batchSize, 1...1_048_576)
        check.integer("training.seed", seed, 0...Int.max)
        if let accuracy {
            let names = accuracy.classes.map(\.name)
            if names != classNames { check.add("accuracy.classes", "\(names)", "the names in data.classNames") }
            let counts = accuracy.classes.map(\.correct)
            if !accuracy.classes.allSatisfy({ $0.images >= 0 && (0...max($0.images, 0)).contains($0.correct) }) {
                check.add("accuracy.classes", "\(counts)", "from 0 to the images of each class")
            }
        }
        try check.finish()
    }

    /// Checks every value of a classifier, which has classes.
    ///
    /// - Throws: As ``validate()``.
    func validateModel() throws {
        try validate()
        guard !classNames.isEmpty else {
            throw ConfigurationError.invalid([
                .init(key: "data.classNames", value: "[]", expected: "at least 2")
            ])
        }
    }
}
