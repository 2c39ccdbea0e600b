import Files

/// Reads the fields of a JSON object and collects what is wrong instead of stopping at the first.
struct StrictFields {
    private let container: KeyedDecodingContainer<TextKey>
    /// One sentence a problem.
    var problems: [String] = []

    init(_ container: KeyedDecodingContainer<TextKey>) { self.container = container }

    /// A field that must be there.
    mutating func value<Value: Decodable>(_ type: Value.Type, _ key: String, _ expected: String) -> Value? {
        guard container.contains(TextKey(key)) else {
            problems.append("\(key) is missing; expected \(expected)")
            return nil
        }
        return decode(type, key, expected)
    }

    /// A field that may be left out.
    mutating func optional<Value: Decodable>(_ type: Value.Type, _ key: String, _ expected: String) -> Value? {
        container.contains(TextKey(key)) ? decode(type, key, expected) : nil
    }

    /// Notes every field that is not among `known`.
    mutating func refuseUnknown(known: [String]) {
        let names = known.joined(separator: ", ")
        for key in container.allKeys.map(\.stringValue).sorted() where !known.contains(key) {
            problems.append("unknown key '\(name: key)'; expected \(names)")
        }
    }

    private mutating func decode<Value: Decodable>(_ type: Value.Type, _ key: String, _ expected: String) -> Value? {
        do {
            return try container.decode(type, forKey: TextKey(key))
        } catch {
            problems.append("\(key) is of another type or has other keys; expected \(expected)")
            return nil
        }
    }
}

/// Any key.
struct TextKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}
