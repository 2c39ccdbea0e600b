/// Times as people read them.
package enum ClockText {
    /// Hours, minutes and seconds: `0:07`, `12:34`, `1:02:03`; hours grow without days. Rounded down.
    package static func text(seconds: Double) -> String {
        // Also what is not a number, before a first speed is known.
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "–" }
        let whole = Int(seconds)
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
