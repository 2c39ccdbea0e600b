import Files
import Foundation

extension KeyedConfiguration {
    /// Reads a configuration that ``jsonData()`` wrote; missing keys take the defaults. Not validated.
    ///
    /// - Parameters:
    ///   - json: The bytes of `config.json`.
    ///   - source: What errors call them, usually the path.
    /// - Throws: ``ConfigurationError/unparsable(source:reason:)``, ``ConfigurationError/mismatched(source:_:)``,
    ///   ``ConfigurationError/newerFormat(source:found:supported:)``,
    ///   ``ConfigurationError/otherFormat(source:found:expected:)``.
    package init(json: Data, source: Message = "config.json") throws {
        let tree = try ConfigurationValue(json: json, source: source)
        if case .section(let root) = tree, StoredFormat.name(of: root) != Self.formatName {
            throw ConfigurationError.otherFormat(
                source: source, found: StoredFormat.name(of: root), expected: Self.formatName)
        }
        self.init()
        try apply(tree, source: source)
    }

    /// Reads all keys from any decoder, as strictly as ``init(json:source:)``.
    ///
    /// - Throws: ``ConfigurationError``, or what the decoder throws.
    package init(keysFrom decoder: any Decoder) throws {
        self.init()
        try apply(try ConfigurationValue(from: decoder), source: "configuration")
    }

    /// Writes every key, `format` and `formatVersion`.
    ///
    /// - Throws: What the encoder throws.
    package func encodeKeys(to encoder: any Encoder) throws {
        try tree.encode(to: encoder)
    }

    /// The configuration as JSON: every key, sorted, indented, ending in a newline; equal configurations give equal
    /// bytes.
    ///
    /// - Throws: ``ConfigurationError/invalid(_:)``: what cannot be trained is not written.
    package func jsonData() throws -> Data { try jsonData(results: [:]) }

    /// The configuration and what is stored beside it, as JSON; see ``jsonData()``.
    ///
    /// - Parameter results: Values of some of ``results``.
    package func jsonData(results: [String: ConfigurationValue]) throws -> Data {
        try validate()
        precondition(Self.results.isSuperset(of: results.keys), "results that reading does not skip")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard case .section(let root) = tree else { preconditionFailure("a configuration without sections") }
        return try encoder.encode(ConfigurationValue.section(root.merging(results) { own, _ in own }))
            + Data("\n".utf8)
    }

    /// The configuration as a tree, its format included.
    var tree: ConfigurationValue {
        var sections: [String: [String: ConfigurationValue]] = [:]
        for key in Self.keys { sections[key.section, default: [:]][key.lastName] = key.read(self) }
        let root = sections.removeValue(forKey: "") ?? [:]
        var tree = root.merging(sections.mapValues { .section($0) }) { own, _ in own }
        tree["format"] = .text(Self.formatName)
        tree["formatVersion"] = .integer(Self.formatVersion)
        return .section(tree)
    }

    /// Lays a tree over this configuration, all of it or nothing.
    ///
    /// - Throws: ``ConfigurationError/mismatched(source:_:)`` with everything that does not fit,
    ///   ``ConfigurationError/newerFormat(source:found:supported:)``,
    ///   ``ConfigurationError/otherFormat(source:found:expected:)``.
    mutating func apply(_ tree: ConfigurationValue, source: Message) throws {
        var mismatches: [ConfigurationError.Mismatch] = []
        guard case .section(var root) = tree else {
            throw ConfigurationError.mismatched(
                source: source,
                [.wrongType(key: "the document", found: tree.found, expected: Self.sectionText(nil))])
        }
        if let found = StoredFormat.written(in: root) {
            guard found == Self.formatName else {
                throw ConfigurationError.otherFormat(source: source, found: found, expected: Self.formatName)
            }
            root = Self.updated(root)
            root["format"] = nil
        }
        for result in Self.results { root[result] = nil }
        if let version = root.removeValue(forKey: "formatVersion") {
            if let found = version.wholeNumber, found >= 1 {
                guard found <= Self.formatVersion else {
                    throw ConfigurationError.newerFormat(source: source, found: found, supported: Self.formatVersion)
                }
            } else {
                mismatches.append(.wrongType(key: "formatVersion", found: version.found, expected: "an integer from 1"))
            }
        }
        var result = self
        result.walk(
            root, prefix: "", keys: Dictionary(Self.keys.map { ($0.name, $0) }) { first, _ in first },
            sections: Set(Self.sections), into: &mismatches)
        guard mismatches.isEmpty else { throw ConfigurationError.mismatched(source: source, mismatches) }
        self = result
    }

    private mutating func walk(
        _ children: [String: ConfigurationValue], prefix: String, keys: [String: ConfigurationKey<Self>],
        sections: Set<String>, into mismatches: inout [ConfigurationError.Mismatch]
    ) {
        for (name, value) in children.sorted(by: { $0.key < $1.key }) {
            let dotted = prefix + name
            if let key = keys[dotted] {
                if !key.write(&self, value) { mismatches.append(key.mismatch(value)) }
            } else if sections.contains(dotted) {
                switch value {
                case .section(let grandchildren):
                    walk(grandchildren, prefix: dotted + ".", keys: keys, sections: sections, into: &mismatches)
                // A section of which all lines are commented out.
                case .null: continue
                default:
                    mismatches.append(
                        .wrongType(key: dotted, found: value.found, expected: Self.sectionText(dotted)))
                }
            } else {
                // A file of nothing but unknown keys is no configuration with slips in it.
                let suggestion =
                    mismatches.count < Listing.limit
                    ? Suggestion.nearestKey(to: dotted, among: Self.sections + Self.keys.map(\.name)) : nil
                mismatches.append(.unknownKey(key: dotted, suggestion: suggestion, help: Self.help))
            }
        }
    }

    private static func sectionText(_ section: String?) -> String {
        guard let section else {
            let names = keys.filter(\.section.isEmpty).map(\.name) + sections
            return (names.count == sections.count ? "sections: " : "keys and sections: ")
                + names.joined(separator: ", ")
        }
        let names = keys.filter { $0.section == section }.map(\.lastName)
        return "a section with \(names.joined(separator: ", "))"
    }
}
