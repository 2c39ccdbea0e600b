import Files
import Foundation
import Settings

extension ClassifierConfiguration {
    /// Reads what ``storedData()`` wrote, the accuracy too; missing keys take the defaults.
    ///
    /// - Parameters:
    ///   - data: The bytes of `config.json`.
    ///   - source: What errors call them, usually the path.
    /// - Throws: `ConfigurationError`, with all problems at once.
    package init(stored data: Data, source: Message = "config.json") throws {
        try self.init(json: data, source: source)
        if case .section(let root) = try ConfigurationValue(json: data, source: source), let value = root["accuracy"] {
            do {
                accuracy = try value.decoded(as: ClassifierAccuracy.self)
            } catch {
                throw ConfigurationError.mismatched(
                    source: source,
                    [
                        .wrongType(
                            key: "accuracy", found: value.found,
                            expected: "{\"classes\": [{\"name\", \"images\", \"correct\"}]}")
                    ])
            }
        }
        try validateModel()
    }

    /// The configuration and the accuracy as JSON; see `jsonData()`.
    ///
    /// - Throws: `ConfigurationError.invalid`: what cannot be trained is not written.
    package func storedData() throws -> Data {
        try validateModel()
        return try jsonData(results: accuracy.map { ["accuracy": try ConfigurationValue(encoding: $0)] } ?? [:])
    }

    /// Version 1 had no sections, and was named under another key.
    package static func updated(_ root: [String: ConfigurationValue]) -> [String: ConfigurationValue] {
        guard case .text? = root["model"] else { return root }
        var tree = ConfigurationValue.section([:])
        for (name, value) in root where name != "model" {
            let key = firstNames[name] ?? name
            _ = tree.insert(value, at: key.split(separator: ".")[...])
        }
        guard case .section(let updated) = tree else { return root }
        return updated
    }

    private static let firstNames = [
        "kind": "data.kind", "channels": "data.channels", "height": "data.height", "width": "data.width",
        "classNames": "data.classNames", "flip": "data.flip", "testShare": "data.testShare",
        "hiddenUnits": "network.hiddenUnits", "featureDimension": "network.featureDimension",
        "learningRate": "optimizer.learningRate", "steps": "training.steps", "batchSize": "training.batchSize",
        "seed": "training.seed",
    ]
}
