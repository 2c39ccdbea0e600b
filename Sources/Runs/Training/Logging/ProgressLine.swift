import Foundation

/// The texts of a progress report.
struct ProgressLine {
    /// Training steps done.
    let step: Int
    /// What is said of the step; the first ones stay where there is little room.
    let columns: [String]
    let totalSteps: Int
    /// Seconds since the session began.
    let elapsed: Double
    /// Seconds to the end at the speed so far; nil before the first step.
    let left: Double?
    /// When this was so, on the reporter's clock.
    var made = 0.0

    /// The same some time later.
    func later(at now: Double) -> ProgressLine {
        let passed = max(now - made, 0)
        return ProgressLine(
            step: step, columns: columns, totalSteps: totalSteps, elapsed: elapsed + passed,
            left: left.map { max($0 - passed, 0) }, made: now)
    }

    /// One line for a pipe or a file.
    var plain: String {
        let times =
            "elapsed \(ClockText.text(seconds: elapsed))" + (left.map { " left \(ClockText.text(seconds: $0))" } ?? "")
        return (["step \(step)/\(totalSteps)"] + columns + [times]).joined(separator: " ")
    }

    /// Columns of a bar that is worth its place.
    private static let smallestBar = 10
    /// A narrower terminal has a bar only where something is left over.
    private static let widthWithBar = 60

    /// One line of at most `width` columns for a terminal: what does not fit is left out from the end, the bar takes
    /// what is left over, and some columns in any case where there are ``widthWithBar``.
    func terminal(width: Int) -> String {
        var line = "\(step)/\(totalSteps)"
        if line.count > width { return String(line.prefix(max(width, 0))) }
        let time = left.map { "\(ClockText.text(seconds: $0)) left" } ?? "\(ClockText.text(seconds: elapsed))"
        // The time matters more than the speed and the usage, so it goes in before they do.
        let parts = columns.prefix(1) + [time] + columns.dropFirst()
        let most = width >= Self.widthWithBar ? width - Self.smallestBar - 3 : width
        for part in parts where line.count + 2 + part.count <= most { line += "  " + part }
        let room = min(width - line.count - 3, 30)
        return room >= 5 ? bar(room) + " " + line : line
    }

    private func bar(_ columns: Int) -> String {
        let share = totalSteps > 0 ? min(max(Double(step) / Double(totalSteps), 0), 1) : 1
        let filled = Int(share * Double(columns))
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: columns - filled) + "]"
    }
}

extension ProgressLine {
    /// The line of a step of an autoencoder's run.
    init(progress: TrainingProgress, totalSteps: Int, elapsed: Double, left: Double?) {
        self.init(
            step: progress.step, columns: progress.columns, totalSteps: totalSteps, elapsed: elapsed, left: left)
    }
}
