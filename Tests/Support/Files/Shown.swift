import Logging
import Synchronization

/// Collects what is shown and logged, in its order.
public final class Shown: Sendable {
    private let content = Mutex("")

    /// Starts empty.
    public init() {}

    /// All that was shown.
    public var text: String {
        get { content.withLock(\.self) }
        set { content.withLock { $0 = newValue } }
    }

    /// A logger whose messages are lines of the text; warnings begin with `warning: `.
    public var logger: Logger { Logger(label: "test") { _ in Handler(shown: self) } }

    private struct Handler: LogHandler {
        let shown: Shown
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        init(shown: Shown) { self.shown = shown }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            shown.text += (event.level < .warning ? "" : "\(event.level): ") + "\(event.message)\n"
        }
    }
}
