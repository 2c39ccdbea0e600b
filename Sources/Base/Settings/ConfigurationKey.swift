/// One value of a configuration: its dotted name, what it may hold, and what it is for.
///
/// ``KeyedConfiguration/keys`` is the one table that reading, writing, comparing and help go by, so that a key cannot be
/// accepted and ignored, or be missing from the help.
package struct ConfigurationKey<Configuration: KeyedConfiguration>: Sendable {
    /// The dotted name, such as `optimizer.learningRate`, or a word for a value at the root.
    package let name: String
    /// What the value may be, such as `integer` or `constant, cosine`.
    package let type: String
    /// What the value decides, in one line.
    package let summary: String
    /// What the value may be, as an error says it.
    let expected: String
    /// Whether the value may be a list.
    let takesList: Bool
    /// The value in a configuration.
    let read: @Sendable (Configuration) -> ConfigurationValue
    /// Sets the value; false where it has another type.
    let write: @Sendable (inout Configuration, ConfigurationValue) -> Bool

    init(
        name: String, type: String, expected: String, summary: String, takesList: Bool = false,
        read: @escaping @Sendable (Configuration) -> ConfigurationValue,
        write: @escaping @Sendable (inout Configuration, ConfigurationValue) -> Bool
    ) {
        self.name = name
        self.type = type
        self.expected = expected
        self.summary = summary
        self.takesList = takesList
        self.read = read
        self.write = write
    }

    /// The section, such as `optimizer`; empty for a value at the root.
    package var section: String { name.contains(".") ? String(name.prefix { $0 != "." }) : "" }

    /// The name within the section, such as `learningRate`.
    var lastName: String { section.isEmpty ? name : String(name.dropFirst(section.count + 1)) }

    /// The value in a configuration, as text.
    package func value(in configuration: Configuration) -> String { read(configuration).text }

    /// The value where neither preset, file nor override says another.
    package var defaultValue: String { value(in: Configuration()) }

    /// The error of a value of another type.
    func mismatch(_ value: ConfigurationValue) -> ConfigurationError.Mismatch {
        // Where a list has its place, it matters what is in it.
        if takesList, case .list = value {
            return .wrongType(key: name, found: "the list \(value.text)", expected: expected)
        }
        return .wrongType(key: name, found: value.found, expected: expected)
    }
}
