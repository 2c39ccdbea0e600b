import Files
import HRVQ
import Logging
import Synchronization

/// What commands say beside their results: what the library logs, and the progress of training.
///
/// On a terminal progress is a line that rewrites itself, so what is logged meanwhile is written by its reporter.
final class Console: Sendable {
    private let quiet: Bool
    private let write: @Sendable (String) -> Void
    private let reporter = Mutex<ProgressReporter?>(nil)

    /// Makes a console.
    ///
    /// - Parameters:
    ///   - quiet: Show no progress, and of what is logged only notices and what is worse.
    ///   - write: Writes a line while nothing is trained.
    init(quiet: Bool, write: @escaping @Sendable (String) -> Void = { printError($0) }) {
        self.quiet = quiet
        self.write = write
    }

    /// The logger for the library.
    var logger: Logger {
        var logger = Logger(label: "hrvq") { _ in ConsoleLogHandler(console: self) }
        logger.logLevel = quiet ? .notice : .info
        return logger
    }

    /// Makes the reporter of a run on standard error.
    ///
    /// - Parameters:
    ///   - totalSteps: Steps of the whole run.
    ///   - firstStep: Steps done before this session.
    ///   - every: Steps from one line to the next where it is no terminal.
    func progress(totalSteps: Int, firstStep: Int, every: Int) -> ProgressReporter {
        show(.standardError(totalSteps: totalSteps, firstStep: firstStep, every: every, quiet: quiet))
    }

    /// Writes what is logged through a reporter from here on.
    func show(_ new: ProgressReporter) -> ProgressReporter {
        reporter.withLock { $0 = new }
        return new
    }

    /// Writes a line.
    func say(_ text: String) {
        if let reporter = reporter.withLock(\.self) { reporter.note(text) } else { write(text) }
    }
}

/// Writes what is logged as lines of a console; warnings say that they are some.
struct ConsoleLogHandler: LogHandler {
    let console: Console
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(console: Console) { self.console = console }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var text = event.message.description
        if case .stringConvertible(let value)? = event.metadata?[Logger.messageKey], let message = value as? Message {
            text = message.programText
        }
        console.say(event.level < .warning ? text : "\(event.level): \(text)")
    }
}
