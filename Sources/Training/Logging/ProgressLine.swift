import Foundation

/// The texts of a progress report.
struct ProgressLine {
    let progress: TrainingProgress
    let totalSteps: Int
    /// Seconds since the session began.
    let elapsed: Double
    /// Seconds to the end at the speed so far; nil before the first step.
    let left: Double?

    /// One line for a pipe or a file.
    var plain: String {
        let times =
            "elapsed \(ClockText.text(seconds: elapsed))" + (left.map { " left \(ClockText.text(seconds: $0))" } ?? "")
        return (["step \(progress.step)/\(totalSteps)"] + numbers + [times]).joined(separator: " ")
    }

    /// One line of at most `width` columns for a terminal: what does not fit is left out from the end, the bar takes
    /// what is left over.
    func terminal(width: Int) -> String {
        var line = "\(progress.step)/\(totalSteps)"
        if line.count > width { return String(line.prefix(max(width, 0))) }
        let time = left.map { "\(ClockText.text(seconds: $0)) left" } ?? "\(ClockText.text(seconds: elapsed))"
        // The time matters more than the speed and the usage, so it goes in before they do.
        let parts = [numbers[0], time] + numbers.dropFirst()
        for part in parts where line.count + 2 + part.count <= width { line += "  " + part }
        let room = min(width - line.count - 3, 30)
        return room >= 5 ? bar(room) + " " + line : line
    }

    private func bar(_ columns: Int) -> String {
        let share = totalSteps > 0 ? min(max(Double(progress.step) / Double(totalSteps), 0), 1) : 1
        let filled = Int(share * Double(columns))
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: columns - filled) + "]"
    }

    private var numbers: [String] {
        var parts = ["loss \(Self.short(progress.loss))", "mse \(Self.short(progress.meanSquaredError))"]
        if !progress.usage.isEmpty {
            parts.append("usage " + progress.usage.map { Self.percent($0) }.joined(separator: "/") + "%")
        }
        parts.append("\(Self.speed(progress.imagesPerSecond)) images/s")
        return parts
    }

    /// Four digits; very small and very large numbers with an exponent.
    private static func short(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        return String(format: "%.4g", value)
    }

    private static func percent(_ share: Double) -> String {
        share.isFinite ? String(format: "%.0f", share * 100) : "–"
    }

    private static func speed(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        return String(format: value < 10 ? "%.1f" : "%.0f", value)
    }
}
