import Files

/// What a YAML file is of, as far as its first keys say.
package enum SettingsDocument {
    /// The keys at the root of a YAML document; of dotted keys the first part.
    ///
    /// - Throws: ``ConfigurationError/unparsable(source:reason:)``.
    package static func rootKeys(ofYAML text: String, source: String) throws -> Set<String> {
        guard case .section(let root) = try ConfigurationValue(yaml: text, source: Message(source)) else { return [] }
        return Set(root.keys)
    }

    /// The preset that a YAML document names.
    ///
    /// - Throws: ``ConfigurationError/unparsable(source:reason:)``.
    package static func preset(ofYAML text: String, source: String) throws -> String? {
        guard case .section(let root) = try ConfigurationValue(yaml: text, source: Message(source)),
            case .text(let name) = root["preset"]
        else { return nil }
        return name
    }
}
