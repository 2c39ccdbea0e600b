import Files
import Foundation
import HRVQ

/// `evaluating 640/10000` on a terminal; nothing in a pipe, where nobody watches.
///
/// A terminal that cannot rewrite a line (`TERM=dumb`) gets a line every few seconds.
final class ProgressCounter {
    private static let lineInterval = 5.0

    private let title: String
    private let isShown: Bool
    private let rewrites: Bool
    private let width: () -> Int
    private let clock: () -> Double
    private let sink: (String) -> Void
    private var lastLine: Double

    init(
        _ title: String, quiet: Bool, isTerminal: Bool = isatty(STDERR_FILENO) == 1,
        rewrites: Bool = StandardError.isTerminal, width: @escaping () -> Int = { StandardError.columns },
        clock: @escaping () -> Double = { ProcessInfo.processInfo.systemUptime },
        sink: @escaping (String) -> Void = StandardError.write
    ) {
        self.title = TerminalText.name(title)
        isShown = !quiet && isTerminal
        self.rewrites = rewrites
        self.width = width
        self.clock = clock
        self.sink = sink
        lastLine = clock()
    }

    func show(_ done: Int, of total: Int, _ what: String = "") {
        guard isShown else { return }
        let count = "\(done)/\(total)"
        if rewrites {
            // Some terminals wrap when the last column is filled. The count matters more than what is counted.
            let room = width() - 1
            let name = "\(title) \(name: what)"
            let text = name.count + count.count <= room ? name + count : String(count.prefix(max(room, 0)))
            sink("\r\(text)\u{1B}[K")
        } else if clock() - lastLine >= Self.lineInterval {
            lastLine = clock()
            sink("\(title) \(name: what)\(count)\n")
        }
    }

    func finish() {
        guard isShown, rewrites else { return }
        sink("\r\u{1B}[K")
    }
}
