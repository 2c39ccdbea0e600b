import Files
import Foundation

/// Configurations that come with a library, named as the command line names them: an enumeration of their names.
package protocol ConfigurationPreset: RawRepresentable<String>, CaseIterable, Sendable {
    /// What they configure.
    associatedtype Configuration: KeyedConfiguration where Configuration.Preset == Self

    /// The preset as it is written, with the reason for each value. Its first line, a comment, says what it is for; it
    /// may start from another preset by `preset: NAME`.
    var yaml: String { get }
}

extension ConfigurationPreset {
    /// Finds a preset.
    ///
    /// - Throws: ``ConfigurationError/unknownPreset(name:suggestion:known:)`` with the nearest name.
    package init(name: String) throws {
        guard let preset = Self(rawValue: name) else {
            let known = Self.allCases.map(\.rawValue)
            throw ConfigurationError.unknownPreset(
                name: name, suggestion: Suggestion.nearest(to: name, among: known), known: known)
        }
        self = preset
    }

    /// What the preset is for: the first line of its text.
    package var summary: String {
        let line = yaml.prefix { $0 != "\n" }
        return line.drop { $0 == "#" || $0 == " " }.trimmingCharacters(in: .whitespaces)
    }

    /// The preset over the defaults.
    ///
    /// - Throws: ``ConfigurationError`` where the text is not a configuration, which the tests rule out.
    package func configuration() throws -> Configuration {
        try Configuration(yaml: yaml, source: "preset \(rawValue)")
    }
}
