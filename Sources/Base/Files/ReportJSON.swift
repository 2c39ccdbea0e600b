import Foundation

/// Figures as JSON for programs and for people: sorted keys, indented, ending in a newline; equal values give equal bytes.
package enum ReportJSON {
    /// Encodes a value; what JSON has no number for is one of the texts "Infinity", "-Infinity", "NaN".
    ///
    /// - Parameters:
    ///   - value: The figures.
    ///   - wording: The words of their messages.
    /// - Throws: What the value's own encoding throws.
    package static func data(_ value: some Encodable, in wording: Wording = .library) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        encoder.userInfo[Message.wordingKey] = wording
        return try encoder.encode(value) + Data("\n".utf8)
    }
}
