import Datasets
import Files
import Foundation

/// How many images of a data set a classifier named rightly, class by class.
package struct ClassifierAccuracy: Sendable, Equatable {
    /// One class.
    package struct Class: Sendable, Equatable {
        /// What it means.
        package let name: String
        /// Images of the class.
        package let images: Int
        /// Those that were named rightly.
        package let correct: Int
        /// The share named rightly, in [0, 1]; `nil` without images.
        package var share: Double? { images > 0 ? Double(correct) / Double(images) : nil }

        /// Holds the counts of a class.
        package init(name: String, images: Int, correct: Int) {
            self.name = name
            self.images = images
            self.correct = correct
        }
    }

    /// All classes, in the order of the labels.
    package let classes: [Class]
    /// Images of all classes.
    package var images: Int { classes.reduce(0) { $0 + $1.images } }
    /// The share of all images named rightly, in [0, 1]; 0 without images.
    package var overall: Double { Double(classes.reduce(0) { $0 + $1.correct }) / Double(max(images, 1)) }

    /// Holds the counts of all classes.
    package init(classes: [Class]) { self.classes = classes }

    /// Counts, class by class, how often what was found is what it should be.
    ///
    /// - Parameters:
    ///   - found: The class of each image as it was found.
    ///   - labels: As it should be.
    ///   - names: What the classes mean.
    package init(found: [Int], labels: [Int], names: [String]) {
        var images = names.map { _ in 0 }
        var correct = images
        for (found, label) in zip(found, labels) where names.indices.contains(label) {
            images[label] += 1
            if found == label { correct[label] += 1 }
        }
        self.init(classes: names.indices.map { Class(name: names[$0], images: images[$0], correct: correct[$0]) })
    }

    /// Measures a classifier.
    ///
    /// - Parameters:
    ///   - classifier: What is measured.
    ///   - dataset: Images with the classes and the shape that it was trained on.
    ///   - limit: Only so many images, spread over the data set; all if `nil`.
    ///   - progress: Told how many images are done and how many there are.
    /// - Throws: ``FeaturesError/unlabelled(dataset:)``, ``FeaturesError/differentData(what:found:expected:)``,
    ///   ``FeaturesError/noImages``, `DatasetError`, `TorchError`.
    package static func measure(
        _ classifier: ImageClassifier, on dataset: any ImageDataset, limit: Int? = nil,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> ClassifierAccuracy {
        try classifier.configuration.check(dataset)
        let names = classifier.configuration.classNames
        var images = Array(repeating: 0, count: names.count)
        var correct = images
        var seen = 0
        let total = min(limit ?? dataset.count, dataset.count)
        let reader = try SequentialReader(dataset: dataset, batchSize: 250, limit: limit)
        defer { reader.stop() }
        while let batch = try reader.next() {
            guard let labels = batch.labels else { throw FeaturesError.unlabelled(dataset: dataset.name(at: 0)) }
            for (label, found) in zip(labels, try classifier.classify(batch)) where names.indices.contains(label) {
                images[label] += 1
                if found == label { correct[label] += 1 }
            }
            seen += batch.count
            progress(seen, total)
        }
        guard seen > 0 else { throw FeaturesError.noImages }
        return ClassifierAccuracy(
            classes: names.indices.map { Class(name: names[$0], images: images[$0], correct: correct[$0]) })
    }

    /// A table for people: a line a class, then all of them.
    package var text: String {
        let names = classes.map { TerminalText.name($0.name) }
        let width = max(names.map(\.count).max() ?? 0, 8)
        func line(_ name: String, _ share: Double?, _ images: Int) -> String {
            let percent = share.map { String(format: "%6.2f %%", $0 * 100) } ?? "       –"
            return name.padding(toLength: width, withPad: " ", startingAt: 0) + "  \(percent)  of \(images)"
        }
        let lines = zip(names, classes).map { line($0, $1.share, $1.images) } + [line("accuracy", overall, images)]
        return lines.joined(separator: "\n")
    }
}

extension ClassifierAccuracy: Codable {
    private enum Key: String, CaseIterable { case overall, images, classes }

    /// Reads what ``encode(to:)`` wrote; the sums come from the classes.
    ///
    /// - Throws: `DecodingError` where a key is missing, unknown or of another type.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: TextKey.self)
        try container.refuseUnknown(Key.allCases.map(\.rawValue))
        classes = try container.decode([Class].self, forKey: TextKey(Key.classes.rawValue))
    }

    /// Writes the classes, and the sums for those who read no further.
    ///
    /// - Throws: What the encoder throws.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: TextKey.self)
        try container.encode(overall, forKey: TextKey(Key.overall.rawValue))
        try container.encode(images, forKey: TextKey(Key.images.rawValue))
        try container.encode(classes, forKey: TextKey(Key.classes.rawValue))
    }
}

extension ClassifierAccuracy.Class: Codable {
    private enum Key: String, CaseIterable { case name, images, correct, accuracy }

    /// Reads what ``encode(to:)`` wrote; the share comes from the counts.
    ///
    /// - Throws: `DecodingError` where a key is missing, unknown or of another type.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: TextKey.self)
        try container.refuseUnknown(Key.allCases.map(\.rawValue))
        name = try container.decode(String.self, forKey: TextKey(Key.name.rawValue))
        images = try container.decode(Int.self, forKey: TextKey(Key.images.rawValue))
        correct = try container.decode(Int.self, forKey: TextKey(Key.correct.rawValue))
    }

    /// Writes the counts and their share.
    ///
    /// - Throws: What the encoder throws.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: TextKey.self)
        try container.encode(name, forKey: TextKey(Key.name.rawValue))
        try container.encode(images, forKey: TextKey(Key.images.rawValue))
        try container.encode(correct, forKey: TextKey(Key.correct.rawValue))
        if let share { try container.encode(share, forKey: TextKey(Key.accuracy.rawValue)) }
    }
}

/// Any key.
private struct TextKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<TextKey> {
    /// Refuses keys that are not among `known`.
    fileprivate func refuseUnknown(_ known: [String]) throws {
        for key in allKeys where !known.contains(key.stringValue) {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "unknown key")
        }
    }
}
