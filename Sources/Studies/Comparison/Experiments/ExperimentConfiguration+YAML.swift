import Files
import Foundation
import Training

extension ExperimentConfiguration {
    /// Reads a declaration; every key must be there, and no other.
    ///
    /// - Throws: ``ExperimentError``; `ConfigurationError` where a preset or a setting does not exist.
    package init(yaml: String, source: String) throws {
        let tree: ConfigurationValue
        do {
            tree = try ConfigurationValue(yaml: yaml, source: Message(source))
            self = try tree.decoded(as: ExperimentConfiguration.self)
        } catch ConfigurationError.unparsable(_, let reason) {
            throw ExperimentError.unparsable(source: source, reason: reason)
        } catch let error as DecodingError {
            throw ExperimentError.unparsable(source: source, reason: "it " + JSONProblem.text(error, format: "YAML"))
        }
        let found = Self.keys(of: tree, prefix: "")
        let known = try Self.keys(of: Self.tree(self), prefix: "")
        let unknown = found.subtracting(known)
        guard unknown.isEmpty else {
            throw ExperimentError.unknownKeys(source: source, keys: unknown.sorted(), known: known.sorted())
        }
        try validate()
    }

    /// Reads a declaration from a file.
    ///
    /// - Throws: `FileError`, and as ``init(yaml:source:)``.
    package init(file: URL) throws {
        let text: String
        do {
            text = try ConfigurationValue.yaml(of: file)
        } catch ConfigurationError.unparsable(_, let reason) {
            throw ExperimentError.unparsable(source: file.path, reason: reason)
        }
        try self.init(yaml: text, source: file.path)
    }

    /// The values in which two declarations differ, as texts.
    func differences(from other: ExperimentConfiguration) throws -> [String] {
        let mine = try Self.values(self)
        let theirs = try Self.values(other)
        return Set(mine.keys).union(theirs.keys).sorted().compactMap { key in
            mine[key] == theirs[key] ? nil : "\(key): \(theirs[key] ?? "absent") before, \(mine[key] ?? "absent") now"
        }
    }

    private static func tree(_ configuration: ExperimentConfiguration) throws -> ConfigurationValue {
        try JSONDecoder().decode(ConfigurationValue.self, from: JSONEncoder().encode(configuration))
    }

    private static func keys(of value: ConfigurationValue, prefix: String) -> Set<String> {
        guard case .section(let table) = value else { return [] }
        return table.reduce(into: []) { keys, entry in
            let key = prefix + entry.key
            keys.insert(key)
            keys.formUnion(Self.keys(of: entry.value, prefix: key + "."))
        }
    }

    private static func values(_ configuration: ExperimentConfiguration) throws -> [String: String] {
        var result: [String: String] = [:]
        func walk(_ value: ConfigurationValue, _ key: String) {
            guard case .section(let table) = value else {
                result[key] = value.text
                return
            }
            for (name, value) in table { walk(value, key.isEmpty ? name : "\(key).\(name)") }
        }
        walk(try tree(configuration), "")
        return result
    }
}
