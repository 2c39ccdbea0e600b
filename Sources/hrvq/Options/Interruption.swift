import ArgumentParser
import Dispatch
import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into a wish that a long job looks at; a second signal ends the process as usual.
final class Interruption {
    private let asked = Wish()
    private let sources: [any DispatchSourceSignal]

    init() {
        let queue = DispatchQueue(label: "hrvq.signals")
        let asked = asked
        sources = [SIGINT, SIGTERM].map { number in
            // The dispatch source sees the signal only if its usual effect, ending the process, is switched off.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                asked.signal.store(number, ordering: .relaxed)
                printError("\nstopping after this step; signal again to end at once")
                signal(number, SIG_DFL)
            }
            source.activate()
            return source
        }
    }

    /// Whether a signal came.
    var isAsked: Bool { asked.signal.load(ordering: .relaxed) != 0 }

    /// ``isAsked`` for those who ask from other threads.
    var wish: @Sendable () -> Bool {
        let asked = asked
        return { asked.signal.load(ordering: .relaxed) != 0 }
    }

    /// The convention of shells for a process that a signal ended.
    var exitCode: ExitCode { ExitCode(128 + asked.signal.load(ordering: .relaxed)) }

    /// Gives signals their usual effect back.
    func end() {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }

    deinit { end() }

    private final class Wish: Sendable {
        let signal = Atomic<Int32>(0)
    }
}
