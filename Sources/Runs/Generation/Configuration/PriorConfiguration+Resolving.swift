import Foundation
import Settings
import Training

extension PriorConfiguration {
    /// The names of the configurations that come with the library.
    public static var presets: [String] { PriorPreset.allCases.map(\.rawValue) }

    /// The configuration of priors: defaults ← preset ← file ← overrides, validated.
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
    ) throws -> PriorConfiguration {
        try merged(preset: preset, file: file, overrides: overrides)
    }
}
