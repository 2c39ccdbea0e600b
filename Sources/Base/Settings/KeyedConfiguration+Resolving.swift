import Files
import Foundation

extension KeyedConfiguration {
    /// Defaults ← preset ← file ← overrides, validated.
    ///
    /// A file may name its base itself by `preset: NAME`.
    ///
    /// - Parameters:
    ///   - preset: A preset's name.
    ///   - file: A YAML file, or a stored `config.json`.
    ///   - overrides: Texts of the form `section.key=value`, applied in order; values are YAML scalars.
    /// - Throws: ``ConfigurationError``, or `FileError` where the file cannot be read.
    package static func merged(
        preset: String? = nil, file: URL? = nil, overrides: [String] = []
    ) throws -> Self {
        var configuration: Self
        if let file {
            configuration = try Self(
                yaml: ConfigurationValue.yaml(of: file), source: Message(file.path), preset: preset)
        } else {
            configuration = try preset.map { try Preset(name: $0).configuration() } ?? Self()
        }
        for override in overrides { try configuration.set(override) }
        try configuration.validate()
        return configuration
    }

    /// Reads YAML over a preset, or over the defaults where neither `preset` nor the text names one. Not validated.
    ///
    /// - Throws: ``ConfigurationError``.
    package init(yaml: String, source: Message = "configuration", preset: String? = nil) throws {
        var tree = try ConfigurationValue(yaml: yaml, source: source)
        var base = preset
        if case .section(var root) = tree, let named = root.removeValue(forKey: "preset") {
            guard case .text(let name) = named else {
                throw ConfigurationError.mismatched(
                    source: source,
                    [.wrongType(key: "preset", found: named.found, expected: "the name of a preset")])
            }
            if let preset, preset != name { throw ConfigurationError.conflictingPresets(argument: preset, file: name) }
            base = name
            tree = .section(root)
        }
        self = try base.map { try Preset(name: $0).configuration() } ?? Self()
        // An empty file changes nothing.
        if tree != .null { try apply(tree, source: source) }
    }

    /// Sets one value by a text of the form `section.key=value`. Not validated.
    ///
    /// - Throws: ``ConfigurationError/malformedOverride(text:)``, ``ConfigurationError/unparsable(source:reason:)``,
    ///   ``ConfigurationError/mismatched(source:_:)``.
    package mutating func set(_ override: String) throws {
        let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let key = parts[0].trimmingCharacters(in: .whitespaces)
        guard parts.count == 2, !key.isEmpty else { throw ConfigurationError.malformedOverride(text: override) }
        let source: Message = "\(phrase: .override(override))"
        let text = parts[1].trimmingCharacters(in: .whitespaces)
        // Nothing comes from an unset shell variable more often than it means null.
        guard !text.isEmpty else {
            throw ConfigurationError.malformedOverride(text: override)
        }
        let value = try ConfigurationValue(yaml: text, source: source)
        let path = key.split(separator: ".", omittingEmptySubsequences: false)
        guard path.count <= ConfigurationValue.deepest else {
            throw ConfigurationError.unparsable(
                source: "\(phrase: .override(Listing.cut(override)))", reason: "\(ConfigurationValue.TooDeep())")
        }
        var tree = ConfigurationValue.section([:])
        guard tree.insert(value, at: path[...]) else {
            throw ConfigurationError.malformedOverride(text: override)
        }
        try apply(tree, source: source)
    }
}
