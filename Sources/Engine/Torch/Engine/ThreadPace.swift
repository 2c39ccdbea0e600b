import Foundation

/// Uses fewer threads while other programs take processors.
///
/// The threads of an operator wait for the last of them. Where one shares its processor with another program, all are as
/// slow as that one, and waiting threads take what the others need: fewer threads are faster then. This watches the
/// machine's load between steps of a loop. When other programs take processors, it tries fewer threads for a moment and
/// keeps whatever is faster. It goes back to all threads when processors are idle, and tries them from time to time.
///
/// Results of a step must not depend on the number of threads. ``Engine/threadLimit`` is the most that is used. The
/// environment variable `HRVQ_FIXED_THREADS=1` turns this off.
package final class ThreadPace {
    private let before: Int
    private var policy: ThreadPolicy?
    private var load: ProcessorLoad?
    private var steps = 0
    private var work = 0.0
    private var hasChanged = false
    /// When the last step ended.
    private var end = 0.0

    /// How long steps are counted before their speed is judged.
    private static let window = 0.25
    /// Seconds between two steps that are no part of the loop's work.
    private static let pause = 0.25

    private static let isOff = ProcessInfo.processInfo.environment["HRVQ_FIXED_THREADS"] == "1"

    /// Watches a loop.
    ///
    /// - Parameter device: Where the loop's operators run; on a CUDA device the threads stay as they are.
    package init(on device: Device = .cpu) {
        before = Engine.threadCount
        guard device.kind == .cpu, !Self.isOff, Engine.threadLimit > 1 else { return }
        load = ProcessorLoad.now()
        if load != nil { policy = ThreadPolicy(limit: Engine.threadLimit, threads: before) }
    }

    deinit { try? Engine.setCurrentThreadCount(before) }

    /// Runs one step. All steps of a loop should be about the same work.
    package func step<Result>(_ body: () throws -> Result) throws -> Result {
        guard policy != nil else { return try body() }
        let start = ProcessInfo.processInfo.systemUptime
        if start - end > Self.pause {
            // What others did meanwhile says nothing about the steps.
            (steps, work, load) = (0, 0, ProcessorLoad.now())
        }
        let result = try body()
        end = ProcessInfo.processInfo.systemUptime
        if hasChanged {
            // The first step with another number of threads prepares operators for it.
            hasChanged = false
            load = ProcessorLoad.now()
            return result
        }
        work += end - start
        steps += 1
        if work >= Self.window { try judge() }
        return result
    }

    private func judge() throws {
        defer { (steps, work) = (0, 0) }
        guard let now = ProcessorLoad.now(), let last = load else { return }
        load = now
        let time = now.time - last.time
        let threads = Engine.threadCount
        if policy?.threads != threads || policy?.limit != Engine.threadLimit {
            // The program set another number.
            policy = ThreadPolicy(limit: Engine.threadLimit, threads: threads)
        }
        guard time > 0 else { return }
        let next = policy?.next(
            .init(
                time: now.time, speed: Double(steps) / work, idle: (now.idle - last.idle) / time,
                others: (now.others - last.others) / time))
        if let next, next != threads {
            try Engine.setCurrentThreadCount(next)
            hasChanged = true
        }
    }
}
