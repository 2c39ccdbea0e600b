import Files
import Foundation
import Training
import Yams

extension ExperimentConfiguration {
    /// Reads a declaration; every key must be there, and no other.
    ///
    /// - Throws: ``ExperimentError``; ``ConfigurationError`` where a preset or a setting does not exist.
    public init(yaml: String, source: String) throws {
        do {
            self = try YAMLDecoder().decode(ExperimentConfiguration.self, from: yaml)
        } catch let error as DecodingError {
            throw ExperimentError.unparsable(source: source, reason: Self.reason(error))
        } catch {
            throw ExperimentError.unparsable(source: source, reason: "it is not YAML (\(error))")
        }
        let found = Self.keys(of: (try? Yams.load(yaml: yaml)) ?? [:], prefix: "")
        let known = try Self.keys(of: JSONSerialization.jsonObject(with: JSONEncoder().encode(self)), prefix: "")
        let unknown = found.subtracting(known)
        guard unknown.isEmpty else {
            throw ExperimentError.unknownKeys(source: source, keys: unknown.sorted(), known: known.sorted())
        }
        try validate()
    }

    /// Reads a declaration from a file.
    ///
    /// - Throws: `FileError`, and as ``init(yaml:source:)``.
    public init(file: URL) throws {
        let data = try FileReader.read(file, cure: "give the path of a YAML file, or use a preset")
        try self.init(yaml: String(decoding: data, as: UTF8.self), source: file.path)
    }

    /// The values in which two declarations differ, as texts.
    func differences(from other: ExperimentConfiguration) throws -> [String] {
        let mine = try Self.values(self)
        let theirs = try Self.values(other)
        return Set(mine.keys).union(theirs.keys).sorted().compactMap { key in
            mine[key] == theirs[key] ? nil : "\(key): \(theirs[key] ?? "absent") before, \(mine[key] ?? "absent") now"
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            return
                "the key '\((context.codingPath.map(\.stringValue) + [key.stringValue]).joined(separator: "."))' is missing"
        case .typeMismatch(let type, let context): return "\(path(context)) is not of the type \(type)"
        case .valueNotFound(_, let context): return "\(path(context)) has no value"
        case .dataCorrupted(let context):
            return context.underlyingError.map { "\($0)" } ?? context.debugDescription
        @unknown default: return "\(error)"
        }
    }

    private static func keys(of value: Any, prefix: String) -> Set<String> {
        guard let table = value as? [String: Any] else { return [] }
        return table.reduce(into: []) { keys, entry in
            let key = prefix + entry.key
            keys.insert(key)
            keys.formUnion(Self.keys(of: entry.value, prefix: key + "."))
        }
    }

    private static func values(_ configuration: ExperimentConfiguration) throws -> [String: String] {
        var result: [String: String] = [:]
        func walk(_ value: Any, _ key: String) {
            if let table = value as? [String: Any] {
                for (name, value) in table { walk(value, key.isEmpty ? name : "\(key).\(name)") }
            } else if let list = value as? [Any] {
                result[key] = "[" + list.map { "\($0)" }.joined(separator: ", ") + "]"
            } else {
                result[key] = "\(value)"
            }
        }
        walk(try JSONSerialization.jsonObject(with: JSONEncoder().encode(configuration)), "")
        return result
    }
}
