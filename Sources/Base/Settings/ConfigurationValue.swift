import Files
import Foundation

/// A configuration before it is typed: the tree that YAML, JSON and overrides have in common.
package enum ConfigurationValue: Sendable, Equatable {
    /// The most sections and lists inside of each other; what a configuration can use are two.
    static let deepest = 16

    /// Sections and lists inside of each other that are none of a configuration.
    struct TooDeep: Error, CustomStringConvertible {
        var description: String { "its values are nested more than \(ConfigurationValue.deepest) deep" }
    }

    case null
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([ConfigurationValue])
    case section([String: ConfigurationValue])

    /// What an error says was found.
    package var found: String {
        switch self {
        case .null: "nothing"
        case .flag(let value): "\(value)"
        case .integer(let value): "the integer \(value)"
        case .number(let value): "the number \(value)"
        case .text(let value): "the text '\(value)'"
        case .list: "a list"
        case .section: "a section"
        }
    }

    /// The value as a person would write it.
    package var text: String {
        switch self {
        case .null: "null"
        case .flag(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let value): value
        case .list(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
        case .section(let values):
            "{" + values.sorted { $0.key < $1.key }.map { "\($0): \($1.text)" }.joined(separator: ", ") + "}"
        }
    }

    /// Puts a value at a path, making the sections on the way.
    ///
    /// - Returns: False where the path is taken already; the tree may hold a part of the value then.
    package mutating func insert(_ value: ConfigurationValue, at path: ArraySlice<Substring>) -> Bool {
        guard let head = path.first else { return false }
        guard case .section(var children) = self else { return false }
        // The tree lets go of its children meanwhile: a dictionary that two hold is copied at each change.
        self = .null
        defer { self = .section(children) }
        let name = String(head)
        if path.count == 1 {
            if case .section(let added) = value, case .section? = children[name] {
                // A section that is written in two places, as `a.b: 1` and `a: {c: 2}`, is one section.
                for (key, child) in added.sorted(by: { $0.key < $1.key }) {
                    guard children[name]?.insert(child, at: [Substring(key)]) == true else { return false }
                }
            } else if children[name] == nil {
                children[name] = value
            } else {
                return false
            }
        } else {
            return children[name, default: .section([:])].insert(value, at: path.dropFirst())
        }
        return true
    }
}

extension ConfigurationValue {
    /// The value as a type of its own keys, for results that no table of keys describes.
    ///
    /// - Throws: `DecodingError`.
    package func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: JSONEncoder().encode(self))
    }

    /// A value of a type of its own keys; see ``decoded(as:)``.
    ///
    /// - Throws: `EncodingError`.
    package init(encoding value: some Encodable) throws {
        self = try JSONDecoder().decode(ConfigurationValue.self, from: JSONEncoder().encode(value))
    }
}

extension ConfigurationValue {
    /// Reads JSON.
    ///
    /// - Throws: ``ConfigurationError/unparsable(source:reason:)``.
    package init(json: Data, source: Message) throws {
        do {
            self = try JSONDecoder().decode(ConfigurationValue.self, from: json)
        } catch let error as TooDeep {
            throw ConfigurationError.unparsable(source: source, reason: "\(error)")
        } catch {
            throw ConfigurationError.unparsable(source: source, reason: "it \(JSONProblem.text(error, in: json))")
        }
    }
}

extension ConfigurationValue: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        guard decoder.codingPath.count <= Self.deepest else { throw TooDeep() }
        if let container = try? decoder.container(keyedBy: Key.self) {
            var children: [String: ConfigurationValue] = [:]
            for key in container.allKeys {
                children[key.stringValue] = try container.decode(ConfigurationValue.self, forKey: key)
            }
            self = .section(children)
        } else if var container = try? decoder.unkeyedContainer() {
            var values: [ConfigurationValue] = []
            while !container.isAtEnd { values.append(try container.decode(ConfigurationValue.self)) }
            self = .list(values)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .flag(value)
            } else if let value = try? container.decode(Int.self) {
                self = .integer(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .section(let children):
            var container = encoder.container(keyedBy: Key.self)
            for (name, child) in children { try container.encode(child, forKey: Key(stringValue: name)) }
        case .list(let values):
            var container = encoder.unkeyedContainer()
            for value in values { try container.encode(value) }
        default:
            var container = encoder.singleValueContainer()
            switch self {
            case .flag(let value): try container.encode(value)
            case .integer(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            default: try container.encodeNil()
            }
        }
    }
}
