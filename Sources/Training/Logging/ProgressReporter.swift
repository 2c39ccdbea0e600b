import Foundation

/// Shows a run's progress: a line that rewrites itself on a terminal, plain lines in a pipe, or nothing.
public final class ProgressReporter {
    /// Where progress goes.
    public enum Style: Sendable, Equatable {
        /// A terminal: one line that rewrites itself at most ten times a second.
        case terminal
        /// A pipe or a file: a line every so many steps, and where those take long one every 5 seconds.
        case lines(every: Int)
        /// Nothing at all.
        case quiet
    }

    /// Seconds between two rewritings on a terminal.
    static let terminalInterval = 0.1
    /// Seconds after which a pipe gets a line whatever the step.
    static let lineInterval = 5.0

    private let style: Style
    private let totalSteps: Int
    private let firstStep: Int
    private let width: () -> Int
    private let clock: () -> Double
    private let sink: (String) -> Void
    private var start: Double
    private var lastShown: Double?
    private var latest: ProgressLine?
    private var latestIsShown = true
    private var lineIsOpen = false

    /// Makes a reporter.
    ///
    /// - Parameters:
    ///   - style: Where progress goes.
    ///   - totalSteps: Steps of the whole run.
    ///   - firstStep: Steps done before this session, so that the time left comes from this session's speed.
    ///   - width: The columns of the terminal now; asked each time, as windows change.
    ///   - clock: Seconds that only grow.
    ///   - sink: Takes the text, newlines included.
    public init(
        style: Style, totalSteps: Int, firstStep: Int = 0, width: @escaping () -> Int = { 80 },
        clock: @escaping () -> Double, sink: @escaping (String) -> Void
    ) {
        self.style = style
        self.totalSteps = totalSteps
        self.firstStep = firstStep
        self.width = width
        self.clock = clock
        self.sink = sink
        start = clock()
    }

    /// A reporter on standard error: a line that rewrites itself where it is a terminal, else lines.
    ///
    /// - Parameters:
    ///   - totalSteps: Steps of the whole run.
    ///   - firstStep: Steps done before this session.
    ///   - every: Steps from one line to the next where it is no terminal.
    ///   - quiet: Show nothing.
    public static func standardError(
        totalSteps: Int, firstStep: Int = 0, every: Int, quiet: Bool = false
    ) -> ProgressReporter {
        let style: Style = quiet ? .quiet : StandardError.isTerminal ? .terminal : .lines(every: every)
        return ProgressReporter(
            style: style, totalSteps: totalSteps, firstStep: firstStep, width: { StandardError.columns },
            clock: { ProcessInfo.processInfo.systemUptime }, sink: StandardError.write)
    }

    /// Starts the clock again: what came before the first step, such as opening the data, is not the run's speed.
    public func begin() { start = clock() }

    /// Shows a step, unless the last one was shown a moment ago.
    public func update(_ progress: TrainingProgress) { update(step: progress.step, columns: progress.columns) }

    /// Shows a step of any run, unless the last one was shown a moment ago.
    ///
    /// - Parameters:
    ///   - step: Training steps done, counted from the start of the run.
    ///   - columns: What is said of it, see ``ProgressText``; the first ones stay where a terminal has little room.
    package func update(step: Int, columns: @autoclosure () -> [String]) {
        guard style != .quiet else { return }
        let now = clock()
        let done = step - firstStep
        let elapsed = now - start
        let left = done > 0 ? elapsed / Double(done) * Double(max(totalSteps - step, 0)) : nil
        latest = ProgressLine(step: step, columns: columns(), totalSteps: totalSteps, elapsed: elapsed, left: left)
        latestIsShown = false
        let waited = lastShown.map { now - $0 } ?? .infinity
        let due =
            switch style {
            case .terminal: waited >= Self.terminalInterval
            case .lines(let every):
                step % max(every, 1) == 0 || (lastShown == nil ? elapsed : waited) >= Self.lineInterval
            case .quiet: false
            }
        if due { show(at: now) }
    }

    /// Writes a text of its own line, such as the result of an evaluation; a terminal's progress goes on below it.
    public func note(_ text: String) {
        guard style != .quiet else { return }
        sink((lineIsOpen ? "\r\u{1B}[K" : "") + text + "\n")
        lineIsOpen = false
        if style == .terminal, latest != nil { show(at: clock()) }
    }

    /// Writes what a person must know even if progress is not wanted.
    public func warn(_ text: String) {
        if style == .quiet { sink(text + "\n") } else { note(text) }
    }

    /// Shows the last step if it was passed over, and ends the line. More updates may follow.
    public func finish() {
        if !latestIsShown { show(at: clock()) }
        if lineIsOpen { sink("\n") }
        lineIsOpen = false
    }

    private func show(at now: Double) {
        guard let latest else { return }
        lastShown = now
        latestIsShown = true
        if style == .terminal {
            // One column less than there are, because some terminals wrap when the last one is filled.
            sink("\r" + latest.terminal(width: max(width() - 1, 0)) + "\u{1B}[K")
            lineIsOpen = true
        } else {
            sink(latest.plain + "\n")
        }
    }
}
