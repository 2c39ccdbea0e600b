import Files

/// A value of a line of `metrics.jsonl`.
package enum MetricValue: Sendable, Equatable {
    /// A whole number.
    case integer(Int)
    /// A number; not-a-number and the infinities are written as the texts "NaN", "Infinity" and "-Infinity".
    case real(Double)
    /// Numbers, one a layer for example.
    case reals([Double])
    /// A text.
    case text(String)

    /// The value as JSON, on one line.
    var json: String {
        switch self {
        case .integer(let value): "\(value)"
        case .real(let value): Self.json(value)
        case .reals(let values): "[" + values.map(Self.json).joined(separator: ",") + "]"
        case .text(let value): JSONText.quoted(value)
        }
    }

    // JSON has no word for them, and a diverged loss must not make the line unreadable.
    private static func json(_ value: Double) -> String {
        if value.isNaN { return "\"NaN\"" }
        if value.isInfinite { return value < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
        return "\(value)"
    }
}

extension MetricValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral {
    /// A whole number.
    package init(integerLiteral value: Int) { self = .integer(value) }
    /// A number.
    package init(floatLiteral value: Double) { self = .real(value) }
    /// A text.
    package init(stringLiteral value: String) { self = .text(value) }
}
