import Foundation

/// What is wrong with JSON, in our words: where the text stops to be JSON, or which key holds what it should not.
package enum JSONProblem {
    /// Describes an error that `JSONDecoder` or `JSONSerialization` threw.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - data: What was read, to find the place.
    ///   - format: What the text is called; YAML has the same values.
    /// - Returns: The end of a sentence whose subject is the file, such as `is not JSON (line 1, column 3)`.
    package static func text(_ error: any Error, in data: Data = Data(), format: String = "JSON") -> String {
        guard let error = error as? DecodingError else { return "is not \(format)" + place(in: data) }
        func key(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined().drop { $0 == "." }
                .description
        }
        switch error {
        case .keyNotFound(let missing, let context):
            return "lacks the key '\(key(context.codingPath + [missing]))'"
        case .typeMismatch(let type, let context):
            return context.codingPath.isEmpty
                ? "is not a \(format) \(name(type))"
                : "holds under '\(key(context.codingPath))' something else than \(name(type))"
        case .valueNotFound(let type, let context):
            return "holds null under '\(key(context.codingPath))'; expected \(name(type))"
        case .dataCorrupted(let context):
            guard context.codingPath.isEmpty else {
                return "holds under '\(key(context.codingPath))' a value that is out of range"
            }
            return "is not \(format)" + place(in: data)
        @unknown default: return "is not the expected \(format)"
        }
    }

    /// Where bytes stop to be JSON. Only `JSONSerialization` knows, and it says so in a sentence.
    private static func place(in data: Data) -> String {
        do {
            _ = try JSONSerialization.jsonObject(with: data)
            return ""
        } catch {
            guard let text = (error as NSError).userInfo["NSDebugDescription"] as? String,
                let match = text.firstMatch(of: #/character (\d+)/#), let offset = Int(match.1)
            else { return "" }
            let before = data.prefix(offset)
            let newline = UInt8(ascii: "\n")
            let line = before.count { $0 == newline } + 1
            let column = before.count - (before.lastIndex(of: newline).map { $0 - before.startIndex + 1 } ?? 0) + 1
            return " (line \(line), column \(column))"
        }
    }

    private static func name(_ type: Any.Type) -> String {
        switch type {
        case is Int.Type, is UInt64.Type, is Int64.Type: "integer"
        case is Double.Type, is Float.Type: "number"
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        case is [Any].Type: "list"
        default: "object"
        }
    }
}
