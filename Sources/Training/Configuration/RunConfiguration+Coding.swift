import Foundation

extension RunConfiguration {
    /// Reads a configuration that ``jsonData()`` wrote; missing keys take the defaults. Not validated.
    ///
    /// - Parameters:
    ///   - json: The bytes of `config.json`.
    ///   - source: What errors call them, usually the path.
    /// - Throws: ``ConfigurationError/unparsable(source:reason:)``, ``ConfigurationError/mismatched(source:_:)``,
    ///   ``ConfigurationError/newerFormat(source:found:supported:)``.
    public init(json: Data, source: String = "config.json") throws {
        let tree: ConfigurationValue
        do {
            tree = try JSONDecoder().decode(ConfigurationValue.self, from: json)
        } catch {
            throw ConfigurationError.unparsable(source: source, reason: "it is not JSON")
        }
        self.init()
        try apply(tree, source: source)
    }

    /// Reads a configuration from any decoder, as strictly as ``init(json:source:)``.
    ///
    /// - Throws: ``ConfigurationError``, or what the decoder throws.
    public init(from decoder: any Decoder) throws {
        self.init()
        try apply(try ConfigurationValue(from: decoder), source: "configuration")
    }

    /// Writes every key, and `formatVersion`.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        try tree.encode(to: encoder)
    }

    /// The configuration as JSON: every key, sorted, indented, ending in a newline; equal configurations give equal
    /// bytes.
    ///
    /// - Throws: ``ConfigurationError/invalid(_:)``: what cannot be trained is not written.
    public func jsonData() throws -> Data {
        try validate()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(tree) + Data("\n".utf8)
    }

    /// The configuration as a tree, `formatVersion` included.
    var tree: ConfigurationValue {
        var sections: [String: [String: ConfigurationValue]] = [:]
        for key in ConfigurationKey.all {
            sections[key.section, default: [:]][String(key.name.dropFirst(key.section.count + 1))] = key.read(self)
        }
        var tree = sections.mapValues { ConfigurationValue.section($0) }
        tree["formatVersion"] = .integer(Self.formatVersion)
        return .section(tree)
    }

    /// Lays a tree over this configuration, all of it or nothing.
    ///
    /// - Throws: ``ConfigurationError/mismatched(source:_:)`` with everything that does not fit,
    ///   ``ConfigurationError/newerFormat(source:found:supported:)``.
    mutating func apply(_ tree: ConfigurationValue, source: String) throws {
        var mismatches: [ConfigurationError.Mismatch] = []
        guard case .section(var root) = tree else {
            throw ConfigurationError.mismatched(
                source: source,
                [.wrongType(key: "the document", found: tree.found, expected: Self.sectionText(nil))])
        }
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
        result.walk(root, prefix: "", into: &mismatches)
        guard mismatches.isEmpty else { throw ConfigurationError.mismatched(source: source, mismatches) }
        self = result
    }

    private mutating func walk(
        _ children: [String: ConfigurationValue], prefix: String, into mismatches: inout [ConfigurationError.Mismatch]
    ) {
        for (name, value) in children.sorted(by: { $0.key < $1.key }) {
            let dotted = prefix + name
            if let key = ConfigurationKey.named(dotted) {
                if !key.write(&self, value) {
                    mismatches.append(.wrongType(key: dotted, found: value.found, expected: Self.typeText(key)))
                }
            } else if ConfigurationKey.sections.contains(dotted) {
                switch value {
                case .section(let grandchildren): walk(grandchildren, prefix: dotted + ".", into: &mismatches)
                // A section of which all lines are commented out.
                case .null: continue
                default:
                    mismatches.append(
                        .wrongType(key: dotted, found: value.found, expected: Self.sectionText(dotted)))
                }
            } else {
                mismatches.append(.unknownKey(key: dotted, suggestion: Suggestion.nearestKey(to: dotted)))
            }
        }
    }

    private static func typeText(_ key: ConfigurationKey) -> String {
        switch key.type {
        case "integer": "an integer"
        case "integer or null": "an integer or null"
        case "number": "a number"
        case "true or false": key.type
        default: "one of \(key.type)"
        }
    }

    private static func sectionText(_ section: String?) -> String {
        guard let section else { return "sections: \(ConfigurationKey.sections.joined(separator: ", "))" }
        let names = ConfigurationKey.all.filter { $0.section == section }.map { $0.name.dropFirst(section.count + 1) }
        return "a section with \(names.joined(separator: ", "))"
    }
}
