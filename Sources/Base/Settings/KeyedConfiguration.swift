import Files

/// A configuration that a table of keys reads, writes, compares and explains, as `RunConfiguration` is.
///
/// A conforming type is a structure of sections, which are structures of plain values; every value has a
/// ``ConfigurationKey`` in ``keys``; a value may be at the root too. Reading is strict: a key that is not known, or a value of the wrong type, is an
/// error that names the dotted key. ``merged(preset:file:overrides:)`` lays presets, files and overrides over the
/// defaults; ``jsonData()`` writes the result so that reading it gives an equal configuration.
///
///     struct PriorConfiguration: KeyedConfiguration {
///         static let formatName = "prior"
///         static let formatVersion = 1
///         static let help: Message = "PriorConfiguration"
///         static let keys: [ConfigurationKey<Self>] = [
///             .integer("network.hiddenUnits", \.network.hiddenUnits, "channels of the convolutions"),
///         ]
///         var network = NetworkConfiguration()
///         init() {}
///         func validate() throws { … }
///     }
package protocol KeyedConfiguration: Sendable, Equatable {
    /// The configurations of this type that come with the library.
    associatedtype Preset: ConfigurationPreset where Preset.Configuration == Self

    /// What is configured, in a word, such as `prior`. It is stored as `format`, so that the folder of one kind of model
    /// is not taken for that of another; what has no `format` is an `autoencoder`.
    static var formatName: String { get }
    /// The version of the stored form that this library writes, and the newest that it reads.
    static var formatVersion: Int { get }
    /// What lists all keys, for the error of a key that is not known.
    static var help: Message { get }
    /// All keys, section by section. Names are unique, and of the form `section.value`, or of one word at the root.
    static var keys: [ConfigurationKey<Self>] { get }
    /// Keys at the root of the stored form that hold results and no settings; reading skips them.
    static var results: Set<String> { get }

    /// The defaults.
    init()

    /// Checks every value, and that values fit each other; see ``ConfigurationCheck``.
    ///
    /// - Throws: ``ConfigurationError/invalid(_:)`` with all problems at once.
    func validate() throws

    /// The stored form of an earlier version, in the present one.
    ///
    /// - Parameter root: All that is stored.
    static func updated(_ root: [String: ConfigurationValue]) -> [String: ConfigurationValue]
}

extension KeyedConfiguration {
    /// None.
    package static var results: Set<String> { [] }

    /// As it is stored.
    package static func updated(_ root: [String: ConfigurationValue]) -> [String: ConfigurationValue] { root }

    /// The key of a name.
    static func key(named name: String) -> ConfigurationKey<Self>? { keys.first { $0.name == name } }

    /// The names of all sections, in the order of the table.
    static var sections: [String] {
        var names: [String] = []
        for key in keys where !key.section.isEmpty && names.last != key.section { names.append(key.section) }
        return names
    }

    /// What is configured, with its article.
    package static var subject: String { StoredFormat.subject(formatName) }
}
