import Foundation

/// `evaluating 640/10000` on a terminal; nothing in a pipe, where nobody watches.
final class ProgressCounter {
    private let title: String
    private let isShown: Bool

    init(_ title: String, quiet: Bool) {
        self.title = title
        isShown = !quiet && isatty(STDERR_FILENO) == 1
    }

    func show(_ done: Int, of total: Int, _ what: String = "") {
        guard isShown else { return }
        try? FileHandle.standardError.write(contentsOf: Data("\r\(title) \(what)\(done)/\(total)\u{1B}[K".utf8))
    }

    func finish() {
        guard isShown else { return }
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K".utf8))
    }
}
