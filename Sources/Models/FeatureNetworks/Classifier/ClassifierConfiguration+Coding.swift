import Datasets
import Files
import Foundation

extension ClassifierConfiguration: Codable {
    private enum Key: String, CaseIterable {
        case formatVersion, model, kind, channels, height, width, classNames, hiddenUnits, featureDimension
        case steps, batchSize, learningRate, flip, testShare, seed, accuracy
    }

    /// What `config.json` says of its model, to tell a classifier from other models.
    static let modelName = "classifier"

    /// Reads a configuration that ``jsonData()`` wrote.
    ///
    /// - Parameters:
    ///   - json: The bytes of `config.json`.
    ///   - source: What errors call them, usually the path.
    /// - Throws: ``FeaturesError/invalidConfiguration(source:problems:)`` with every unknown and missing key and
    ///   every value of the wrong type or out of range; ``FeaturesError/newerFormat(source:found:supported:)``.
    package init(json: Data, source: String = "config.json") throws {
        do {
            self = try JSONDecoder().decode(ClassifierConfiguration.self, from: json)
        } catch let error as DecodingError {
            throw FeaturesError.invalidConfiguration(
                source: source, problems: ["it \(JSONProblem.text(error, in: json))"])
        } catch FeaturesError.invalidConfiguration(_, let problems) {
            throw FeaturesError.invalidConfiguration(source: source, problems: problems)
        } catch FeaturesError.newerFormat(_, let found, let supported) {
            throw FeaturesError.newerFormat(source: source, found: found, supported: supported)
        }
        try validate(source: source)
    }

    /// Reads a configuration from any decoder, as strictly as ``init(json:source:)``; ranges are not checked.
    ///
    /// - Throws: ``FeaturesError``, or `DecodingError` where the decoder holds no keyed values.
    package init(from decoder: any Decoder) throws {
        let source = "the configuration"
        var fields = StrictFields(try decoder.container(keyedBy: TextKey.self))
        let version = fields.value(Int.self, Key.formatVersion.rawValue, "an integer from 1")
        if let version, version > Self.formatVersion {
            throw FeaturesError.newerFormat(source: source, found: version, supported: Self.formatVersion)
        }
        let model = fields.value(String.self, Key.model.rawValue, "\"\(Self.modelName)\"")
        if let model, model != Self.modelName {
            fields.problems.append("model is \"\(model)\"; expected \"\(Self.modelName)\"")
        }
        let kinds = DatasetKind.allCases.map(\.rawValue).joined(separator: ", ")
        let kind = fields.value(DatasetKind.self, Key.kind.rawValue, "one of \(kinds)")
        let integer = "an integer"
        let channels = fields.value(Int.self, Key.channels.rawValue, integer)
        let height = fields.value(Int.self, Key.height.rawValue, integer)
        let width = fields.value(Int.self, Key.width.rawValue, integer)
        let classNames = fields.value([String].self, Key.classNames.rawValue, "a list of texts")
        let hiddenUnits = fields.value(Int.self, Key.hiddenUnits.rawValue, integer)
        let featureDimension = fields.value(Int.self, Key.featureDimension.rawValue, integer)
        let steps = fields.value(Int.self, Key.steps.rawValue, integer)
        let batchSize = fields.value(Int.self, Key.batchSize.rawValue, integer)
        let learningRate = fields.value(Double.self, Key.learningRate.rawValue, "a number")
        let flip = fields.value(Bool.self, Key.flip.rawValue, "true or false")
        let testShare = fields.value(Double.self, Key.testShare.rawValue, "a number")
        let seed = fields.value(Int.self, Key.seed.rawValue, integer)
        let accuracy = fields.optional(
            ClassifierAccuracy.self, Key.accuracy.rawValue, "{\"classes\": [{\"name\", \"images\", \"correct\"}]}")
        fields.refuseUnknown(known: Key.allCases.map(\.rawValue))
        guard fields.problems.isEmpty, version != nil, model != nil, let kind, let channels, let height, let width,
            let classNames, let hiddenUnits, let featureDimension, let steps, let batchSize, let learningRate,
            let flip, let testShare, let seed
        else { throw FeaturesError.invalidConfiguration(source: source, problems: fields.problems) }
        self.init(
            kind: kind, shape: ImageShape(channels: channels, height: height, width: width), classNames: classNames,
            hiddenUnits: hiddenUnits, featureDimension: featureDimension, steps: steps, batchSize: batchSize,
            learningRate: learningRate, flip: flip, testShare: testShare, seed: seed, accuracy: accuracy)
    }

    /// Writes every key.
    ///
    /// - Throws: What the encoder throws.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: TextKey.self)
        func write(_ value: some Encodable, _ key: Key) throws {
            try container.encode(value, forKey: TextKey(key.rawValue))
        }
        try write(Self.formatVersion, .formatVersion)
        try write(Self.modelName, .model)
        try write(kind, .kind)
        try write(shape.channels, .channels)
        try write(shape.height, .height)
        try write(shape.width, .width)
        try write(classNames, .classNames)
        try write(hiddenUnits, .hiddenUnits)
        try write(featureDimension, .featureDimension)
        try write(steps, .steps)
        try write(batchSize, .batchSize)
        try write(learningRate, .learningRate)
        try write(flip, .flip)
        try write(testShare, .testShare)
        try write(seed, .seed)
        if let accuracy { try write(accuracy, .accuracy) }
    }

    /// The configuration as JSON: sorted, indented, ending in a newline; equal configurations give equal bytes.
    ///
    /// - Throws: ``FeaturesError/invalidConfiguration(source:problems:)``: what cannot be trained is not written.
    package func jsonData() throws -> Data {
        try validate()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }
}
