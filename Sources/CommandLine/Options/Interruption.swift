import ArgumentParser
import Foundation
import Synchronization

/// The signal that asked to stop; 0 while none did. A handler may touch nothing but such a number.
private let received = Atomic<Int32>(0)

/// Turns SIGINT, SIGTERM and SIGHUP into a wish that a long job looks at; a second signal ends the process as usual.
///
/// A plain handler, not a dispatch source: those need threads, and where none can start Dispatch waits for ever.
final class Interruption: Sendable {
    private let numbers: [Int32]

    init() {
        received.store(0, ordering: .relaxed)
        // Under nohup a terminal that is closed changes nothing, so a SIGHUP that is ignored stays ignored.
        numbers = [SIGINT, SIGTERM] + (Self.isIgnored(SIGHUP) ? [] : [SIGHUP])
        for number in numbers {
            signal(number) { number in
                // The call that the signal came into reads it afterwards.
                let saved = errno
                defer { errno = saved }
                received.store(number, ordering: .relaxed)
                let text: StaticString = "\nstopping after this step; signal again to end at once\n"
                _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
                signal(number, SIG_DFL)
            }
        }
        // A process inherits the mask of the thread that started it, and those of Dispatch block nearly all signals.
        var mask = sigset_t()
        sigemptyset(&mask)
        for number in numbers { sigaddset(&mask, number) }
        pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    }

    /// Whether a signal came; any thread may ask.
    var isAsked: Bool { received.load(ordering: .relaxed) != 0 }

    /// The convention of shells for a process that a signal ended.
    var exitCode: ExitCode { ExitCode(128 + received.load(ordering: .relaxed)) }

    /// Gives signals their usual effect back.
    func end() {
        for number in numbers { signal(number, SIG_DFL) }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        #if os(Linux)
            let handler = action.__sigaction_handler.sa_handler
        #else
            let handler = action.__sigaction_u.__sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    deinit { end() }
}
