import Foundation

/// Columns of a progress line.
package enum ProgressText {
    /// A name and four digits, `loss 0.01235`; very small and very large numbers have an exponent.
    package static func number(_ name: String, _ value: Double) -> String {
        guard value.isFinite else { return "\(name) \(value)" }
        return "\(name) " + String(format: "%.4g", value)
    }

    /// A share in whole percent, without the sign.
    package static func percent(_ share: Double) -> String {
        share.isFinite ? String(format: "%.0f", share * 100) : "–"
    }

    /// A speed, `812 images/s`.
    package static func speed(_ value: Double, of unit: String) -> String {
        let digits = value.isFinite ? String(format: value < 10 ? "%.1f" : "%.0f", value) : "–"
        return "\(digits) \(unit)/s"
    }
}
