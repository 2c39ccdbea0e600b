import Files
import Logging

extension Logger {
    /// The key of the metadata under which a handler finds a message that it may word itself.
    package static let messageKey = "message"

    /// Logs a message in the library's words. Where others have other words for it, the metadata hold the message.
    package func log(level: Level, _ message: Files.Message) {
        log(
            level: level, "\(message.description)",
            metadata: message.isWorded ? [Self.messageKey: .stringConvertible(message)] : nil)
    }
}
