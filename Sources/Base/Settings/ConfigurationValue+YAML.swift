import Files
import Foundation
import Yams

extension ConfigurationValue {
    /// The most bytes of a YAML document. A configuration has some thousands; what is larger is another kind of file.
    package static let longestYAML = 1 << 20

    /// The text of a YAML file.
    ///
    /// - Throws: ``ConfigurationError/unparsable(source:reason:)`` where it is too long or no text; `FileError`.
    package static func yaml(of file: URL) throws -> String {
        let bytes = try FileReader.read(
            file, remedy: "give the path of a YAML file, or use a preset", limit: FileReader.textLimit)
        try checkLength(bytes.count, source: Message(file.path))
        guard let text = String(bytes: bytes, encoding: .utf8) else {
            throw ConfigurationError.unparsable(source: Message(file.path), reason: "it is not text in UTF-8")
        }
        return text
    }

    private static func checkLength(_ count: Int, source: Message) throws {
        guard count <= longestYAML else {
            throw ConfigurationError.unparsable(
                source: source, reason: "it has \(count) bytes; expected a YAML file of at most \(longestYAML)")
        }
    }

    /// Reads a YAML document; a dotted key (`a.b: 1`) is a key of a section.
    ///
    /// Plain scalars are resolved by YAML 1.2's core rules, so that `no` and `on` are texts and `3e-3` is a number.
    ///
    /// - Throws: ``ConfigurationError/unparsable(source:reason:)`` with line and column.
    package init(yaml: String, source: Message) throws {
        try Self.checkLength(yaml.utf8.count, source: source)
        let parser: Parser
        let node: Node?
        do {
            parser = try Parser(yaml: yaml)
            node = try parser.singleRoot()
        } catch {
            throw ConfigurationError.unparsable(source: source, reason: Self.reason(error))
        }
        guard let node else {
            self = .section([:])
            return
        }
        // Nodes hold their anchors weakly: they are gone with the parser.
        self = try withExtendedLifetime(parser) { try ConfigurationValue(node, source: source) }
    }

    private init(_ node: Node, source: Message, depth: Int = 0) throws {
        guard depth <= Self.deepest else {
            throw ConfigurationError.unparsable(source: source, reason: "\(TooDeep())\(Self.place(node))")
        }
        // An alias comes as the node that it names; a few aliases of aliases are more nodes than fit into memory.
        guard node.anchor == nil else {
            throw ConfigurationError.unparsable(
                source: source, reason: "an anchor has no place in a configuration\(Self.place(node))")
        }
        switch node {
        case .scalar(let scalar):
            self = scalar.style == .plain ? Self.resolve(scalar.string) : .text(scalar.string)
        case .sequence(let sequence):
            self = .list(try sequence.map { try ConfigurationValue($0, source: source, depth: depth + 1) })
        case .mapping(let mapping):
            var tree = ConfigurationValue.section([:])
            for (keyNode, valueNode) in mapping {
                guard case .scalar(let key) = keyNode else {
                    throw ConfigurationError.unparsable(
                        source: source, reason: "a key is not a plain name\(Self.place(keyNode))")
                }
                let path = key.string.split(separator: ".", omittingEmptySubsequences: false)
                guard depth + path.count <= Self.deepest else {
                    throw ConfigurationError.unparsable(source: source, reason: "\(TooDeep())\(Self.place(keyNode))")
                }
                let value = try ConfigurationValue(valueNode, source: source, depth: depth + path.count)
                guard tree.insert(value, at: path[...]) else {
                    throw ConfigurationError.unparsable(
                        source: source, reason: "the key '\(key.string)' is given twice\(Self.place(keyNode))")
                }
            }
            self = tree
        default:
            throw ConfigurationError.unparsable(
                source: source, reason: "an alias has no place in a configuration\(Self.place(node))")
        }
    }

    /// What is wrong and where; Yams shows the whole line as well, however long it is.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            "\(problem.trimmingCharacters(in: .whitespaces)) (line \(mark.line), column \(mark.column))"
        default: "\(error)"
        }
    }

    private static func place(_ node: Node) -> String {
        node.mark.map { " (line \($0.line), column \($0.column))" } ?? ""
    }

    /// The value of a scalar without quotes.
    static func resolve(_ text: String) -> ConfigurationValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .flag(true)
        case "false", "False", "FALSE": return .flag(false)
        default: break
        }
        // `Double` also reads "nan", "infinity" and hexadecimal; none of them is a configuration value.
        guard text.allSatisfy({ "0123456789+-.eE".contains($0) }), text.contains(where: \.isNumber) else {
            return .text(text)
        }
        if let value = Int(text) { return .integer(value) }
        if let value = Double(text), value.isFinite { return .number(value) }
        return .text(text)
    }
}
