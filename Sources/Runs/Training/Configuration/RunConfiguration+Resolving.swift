import Foundation
import Settings

extension RunConfiguration {
    /// The names of the configurations that come with the library.
    public static var presets: [String] { Preset.allCases.map(\.rawValue) }

    /// The configuration of a run: defaults ← preset ← file ← overrides, validated.
    ///
    /// A file may name its base itself by `preset: NAME`.
    ///
    /// - Parameters:
    ///   - preset: One of ``presets``.
    ///   - file: A YAML file, or a stored `config.json`.
    ///   - overrides: Texts of the form `section.key=value`, applied in order; values are YAML scalars.
    /// - Throws: `ConfigurationError`, or `FileError` where the file cannot be read.
    public static func resolve(
        preset: String? = nil, file: URL? = nil, overrides: [String] = []
    ) throws -> RunConfiguration {
        try merged(preset: preset, file: file, overrides: overrides)
    }

    /// Reads a configuration as strictly as ``ModelFolder/configuration()``; missing keys take the defaults. Not validated.
    ///
    /// - Throws: `ConfigurationError`, or what the decoder throws.
    public init(from decoder: any Decoder) throws { try self.init(keysFrom: decoder) }

    /// Writes every key and the version of the format.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws { try encodeKeys(to: encoder) }
}
