import Dispatch
import Files
import Foundation

/// Shows a run's progress: a line that rewrites itself on a terminal, plain lines in a pipe, or nothing.
///
/// Every call may come from any thread.
public final class ProgressReporter: @unchecked Sendable {
    /// Where progress goes.
    package enum Style: Sendable, Equatable {
        /// A terminal: one line that rewrites itself at most ten times a second, and once a second where nothing is new.
        case terminal
        /// A pipe or a file: a line every so many steps, and where those take long one every 5 seconds.
        case lines(every: Int)
        /// Nothing at all.
        case quiet
    }

    /// Seconds between two rewritings on a terminal.
    static let terminalInterval = 0.1
    /// Seconds after which a terminal's line is rewritten though nothing is new but the time.
    static let terminalTick = 1.0
    /// Seconds after which a pipe gets a line whatever the step.
    static let lineInterval = 5.0

    private let style: Style
    private let totalSteps: Int
    private let firstStep: Int
    private let width: () -> Int
    private let clock: () -> Double
    private let sink: (String) -> Void
    private let lock = NSLock()
    private var timer: (any DispatchSourceTimer)?
    private var start: Double
    private var lastShown: Double?
    private var latest: ProgressLine?
    private var latestIsShown = true
    /// What is done instead of steps, since when.
    private var activity: (text: String, start: Double)?
    private var lineIsOpen = false
    private var isFinished = false

    /// Makes a reporter.
    ///
    /// - Parameters:
    ///   - style: Where progress goes.
    ///   - totalSteps: Steps of the whole run.
    ///   - firstStep: Steps done before this session, so that the time left comes from this session's speed.
    ///   - width: The columns of the terminal now; asked each time, as windows change.
    ///   - clock: Seconds that only grow.
    ///   - sink: Takes the text, newlines included.
    package init(
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

    deinit { timer?.cancel() }

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
        let reporter = ProgressReporter(
            style: style, totalSteps: totalSteps, firstStep: firstStep, width: { StandardError.columns },
            clock: { ProcessInfo.processInfo.systemUptime }, sink: StandardError.write)
        reporter.startTicking()
        return reporter
    }

    /// Looks at the clock once a second, so that a step or a phase of minutes is no silence.
    private func startTicking() {
        guard style != .quiet else { return }
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "hrvq.progress"))
        timer.schedule(deadline: .now() + Self.terminalTick, repeating: Self.terminalTick, leeway: .milliseconds(100))
        timer.setEventHandler { [weak self] in self?.tick() }
        timer.activate()
        self.timer = timer
    }

    /// Shows how much time has passed where nothing was shown for long.
    func tick() {
        locked {
            guard !isFinished else { return }
            let now = clock()
            let waited = now - (lastShown ?? activity?.start ?? start)
            if waited >= (style == .terminal ? Self.terminalTick : Self.lineInterval) { show(at: now) }
        }
    }

    /// Starts the clock again: what came before the first step, such as opening the data, is not the run's speed.
    package func begin() {
        locked {
            start = clock()
            latest = ProgressLine(
                step: firstStep, columns: [], totalSteps: totalSteps, elapsed: 0, left: nil, made: start)
            latestIsShown = true
            activity = nil
            isFinished = false
            if style == .terminal { show(at: start) } else { lastShown = nil }
        }
    }

    /// Shows a step, unless the last one was shown a moment ago.
    package func update(_ progress: TrainingProgress) { update(step: progress.step, columns: progress.columns) }

    /// Shows a step of any run, unless the last one was shown a moment ago.
    ///
    /// - Parameters:
    ///   - step: Training steps done, counted from the start of the run.
    ///   - columns: What is said of it, see ``ProgressText``; the first ones stay where a terminal has little room.
    package func update(step: Int, columns: @autoclosure () -> [String]) {
        guard style != .quiet else { return }
        locked { moveOn(to: step, columns: columns(), isReport: true) }
    }

    /// Says that a step is done that nothing is reported of; the columns stay those of the last report.
    package func advance(step: Int) {
        guard style != .quiet else { return }
        locked {
            guard let latest else { return }
            moveOn(to: step, columns: latest.columns, isReport: false)
        }
    }

    /// Says what is done instead of steps, such as an evaluation, until the next step or ``begin()``.
    ///
    /// - Parameter text: Such as `evaluating 640/1000`.
    package func activity(_ text: @autoclosure () -> String) {
        guard style != .quiet else { return }
        locked {
            let now = clock()
            let waited = lastShown.map { now - $0 } ?? .infinity
            activity = (text(), activity?.start ?? now)
            isFinished = false
            let isDue =
                style == .terminal
                ? waited >= Self.terminalInterval
                : min(waited, now - (activity?.start ?? now)) >= Self.lineInterval
            if isDue { show(at: now) }
        }
    }

    /// Writes a text on a line of its own, such as the result of an evaluation; a terminal's progress goes on below it.
    /// It is written in the quiet style too: whoever logs decides what is wanted.
    package func note(_ text: String) {
        locked { write(note: text) }
    }

    /// Shows the last step if it was passed over, and ends the line. More updates may follow.
    package func finish() {
        locked {
            let showsActivity = lineIsOpen && activity != nil
            activity = nil
            if !latestIsShown || showsActivity { show(at: clock()) }
            if lineIsOpen { sink(latest == nil ? "\r\u{1B}[K" : "\n") }
            lineIsOpen = false
            isFinished = true
        }
    }

    private func locked(_ body: () -> Void) {
        lock.lock()
        defer { lock.unlock() }
        body()
    }

    private func moveOn(to step: Int, columns: [String], isReport: Bool) {
        let now = clock()
        let done = step - firstStep
        let elapsed = now - start
        let left = done > 0 ? elapsed / Double(done) * Double(max(totalSteps - step, 0)) : nil
        latest = ProgressLine(
            step: step, columns: columns, totalSteps: totalSteps, elapsed: elapsed, left: left, made: now)
        // A report is shown before the line ends; a step that nothing is said of need not be.
        latestIsShown = latestIsShown && !isReport
        activity = nil
        isFinished = false
        let waited = lastShown.map { now - $0 } ?? .infinity
        let isDue =
            switch style {
            case .terminal: waited >= Self.terminalInterval
            case .lines(let every):
                (isReport && step % max(every, 1) == 0) || (lastShown == nil ? elapsed : waited) >= Self.lineInterval
            case .quiet: false
            }
        if isDue { show(at: now) }
    }

    private func write(note text: String) {
        sink((lineIsOpen ? "\r\u{1B}[K" : "") + TerminalText.visible(text) + "\n")
        lineIsOpen = false
        // A result ends what it is the result of.
        activity = nil
        if style == .terminal, latest != nil, !isFinished { show(at: clock()) }
    }

    private func show(at now: Double) {
        if let activity {
            lastShown = now
            let time = ClockText.text(seconds: now - activity.start)
            if style == .terminal {
                open("\(activity.text)  \(time)")
            } else {
                sink("\(activity.text) elapsed \(time)\n")
            }
            return
        }
        guard let line = latest?.later(at: now) else { return }
        lastShown = now
        latestIsShown = true
        if style == .terminal {
            open(line.terminal(width: lineWidth))
        } else {
            sink(line.plain + "\n")
        }
    }

    /// One column less than there are, because some terminals wrap when the last one is filled.
    private var lineWidth: Int { max(width() - 1, 0) }

    private func open(_ text: String) {
        sink("\r" + text.prefix(lineWidth) + "\u{1B}[K")
        lineIsOpen = true
    }
}
