import Foundation

/// Numbers as people read them: a real minus sign, thousands in groups, powers of ten as superscripts.
enum NumberText {
    /// A number with so many decimals: "−1,234.50".
    ///
    /// - Parameter decimals: 0 to 17; values outside are moved there.
    static func fixed(_ value: Double, decimals: Int) -> String {
        // Without a locale `String(format:)` always writes a point and no groups.
        let digits = String(format: "%.\(min(max(decimals, 0), 17))f", abs(value))
        let parts = digits.split(separator: ".", maxSplits: 1)
        let whole = grouped(String(parts[0]))
        let isZero = !digits.contains { "123456789".contains($0) }
        return (value < 0 && !isZero ? "−" : "") + whole + (parts.count > 1 ? "." + parts[1] : "")
    }

    /// A number with so many digits that count: 0.0123, 12.3, 12,345; powers of ten where it is very large or small.
    static func significant(_ value: Double, digits: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "n/a" : value < 0 ? "−∞" : "∞" }
        guard value != 0 else { return "0" }
        let exponent = self.exponent(of: value, digits: digits)
        if exponent >= 6 || exponent < -4 {
            return scientific(value, exponent: exponent, decimals: digits - 1)
        }
        return fixed(value, decimals: digits - 1 - exponent)
    }

    /// "1.5×10⁶": the value as a multiple of a power of ten that is given.
    static func scientific(_ value: Double, exponent: Int, decimals: Int) -> String {
        guard value != 0 else { return "0" }
        return fixed(value / power(exponent), decimals: decimals) + "×" + powerText(base: 10, exponent: exponent)
    }

    /// "10⁻³".
    static func powerText(base: Int, exponent: Int) -> String {
        let superscripts = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        let digits = String(abs(exponent)).compactMap { $0.wholeNumberValue.map { superscripts[$0] } }
        return "\(base)" + (exponent < 0 ? "⁻" : "") + String(digits)
    }

    /// A whole number with thousands in groups: "32,768".
    static func count(_ value: Int) -> String { (value < 0 ? "−" : "") + grouped(String(value.magnitude)) }

    /// 10 to a whole power.
    static func power(_ exponent: Int) -> Double { pow(10, Double(exponent)) }

    /// The power of ten of the first digit once the number is rounded: 9.999 with two digits is 10.
    static func exponent(of value: Double, digits: Int) -> Int {
        let text = String(format: "%.\(max(digits - 1, 0))e", abs(value))
        return text.split(separator: "e").last.flatMap { Int($0) } ?? 0
    }

    private static func grouped(_ digits: String) -> String {
        var result = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }
}
