/// One value of a configuration: its dotted name, what it may hold, and what it is for.
///
/// ``all`` is the one table that reading, writing, comparing and help go by, so that a key cannot be accepted and
/// ignored, or be missing from the help.
public struct ConfigurationKey: Sendable {
    /// The dotted name, such as `optimizer.learningRate`.
    public let name: String
    /// What the value may be, such as `integer` or `constant, cosine`.
    public let type: String
    /// What the value decides, in one line.
    public let summary: String
    /// The value in a configuration.
    let read: @Sendable (RunConfiguration) -> ConfigurationValue
    /// Sets the value; false where it has another type.
    let write: @Sendable (inout RunConfiguration, ConfigurationValue) -> Bool

    /// The section, such as `optimizer`.
    public var section: String { String(name.prefix { $0 != "." }) }

    /// The value in a configuration, as text.
    public func value(in configuration: RunConfiguration) -> String { read(configuration).text }

    /// The value where neither preset, file nor override says another.
    public var defaultValue: String { value(in: RunConfiguration()) }

    /// The key of a name.
    static func named(_ name: String) -> ConfigurationKey? { table[name] }

    /// The names of all sections, in the order of the table.
    static let sections: [String] = {
        var names: [String] = []
        for key in all where names.last != key.section { names.append(key.section) }
        return names
    }()

    private static let table = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

extension ConfigurationKey {
    typealias Path<Value> = WritableKeyPath<RunConfiguration, Value> & Sendable

    static func integer(_ name: String, _ path: Path<Int>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(name: name, type: "integer", summary: summary) {
            .integer($0[keyPath: path])
        } write: { configuration, value in
            guard let integer = value.wholeNumber else { return false }
            configuration[keyPath: path] = integer
            return true
        }
    }

    static func optionalInteger(_ name: String, _ path: Path<Int?>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(name: name, type: "integer or null", summary: summary) {
            $0[keyPath: path].map { .integer($0) } ?? .null
        } write: { configuration, value in
            guard value == .null || value.wholeNumber != nil else { return false }
            configuration[keyPath: path] = value.wholeNumber
            return true
        }
    }

    static func number(_ name: String, _ path: Path<Double>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(name: name, type: "number", summary: summary) {
            .number($0[keyPath: path])
        } write: { configuration, value in
            switch value {
            case .integer(let integer): configuration[keyPath: path] = Double(integer)
            case .number(let number): configuration[keyPath: path] = number
            default: return false
            }
            return true
        }
    }

    static func flag(_ name: String, _ path: Path<Bool>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(name: name, type: "true or false", summary: summary) {
            .flag($0[keyPath: path])
        } write: { configuration, value in
            guard case .flag(let flag) = value else { return false }
            configuration[keyPath: path] = flag
            return true
        }
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable & SendableMetatype>(
        _ name: String, _ path: Path<Choice>, _ summary: String
    ) -> ConfigurationKey {
        let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return ConfigurationKey(name: name, type: choices, summary: summary) {
            .text($0[keyPath: path].rawValue)
        } write: { configuration, value in
            guard case .text(let text) = value, let choice = Choice(rawValue: text) else { return false }
            configuration[keyPath: path] = choice
            return true
        }
    }
}

extension ConfigurationValue {
    /// An integer, also when it is written as `1e5` or `100.0`.
    var wholeNumber: Int? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }
}
