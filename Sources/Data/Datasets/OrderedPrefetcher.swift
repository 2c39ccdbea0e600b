import Foundation
import Processors

/// Makes numbered results ahead of their use, in threads of its own, and hands them over in order.
///
/// Threads, not Swift's tasks: the consumer blocks while it waits, which a thread of the cooperative pool must
/// not do. A result depends on its number alone, so the number of workers changes nothing but the speed.
final class OrderedPrefetcher<Output: Sendable>: Sendable {
    private let queue: Queue

    /// Starts `workers` threads, but no more than are useful or can start. Without any, results are made by the caller of
    /// ``next()``.
    ///
    /// - Parameters:
    ///   - first: The number of the first result.
    ///   - end: The number after the last one; `nil` for no end.
    ///   - depth: How many results may wait or be in the making at once.
    init(
        first: Int, end: Int?, workers: Int, depth: Int, produce: @escaping @Sendable (Int) -> Output
    ) {
        let workers = Self.useful(workers, results: end.map { $0 - first })
        queue = Queue(first: first, end: end ?? .max, depth: max(depth, workers, 1), produce: produce)
        // Threads hold the queue and never this object, whose end is their end.
        for _ in 0..<workers {
            queue.threadStarts()
            guard WorkerThread.start({ [queue] in queue.work() }) else {
                queue.threadFailed()
                break
            }
        }
    }

    deinit { queue.stop() }

    /// The threads that are worth having: some more than processors, as files may be slow to come.
    static func useful(_ workers: Int, results: Int? = nil) -> Int {
        max(min(workers, max(4 * ProcessInfo.processInfo.activeProcessorCount, 16), results ?? .max), 0)
    }

    /// The next result; waits for it. `nil` after the last one and after ``stop()``.
    func next() -> Output? { queue.next() }

    /// Ends the threads and waits until they have ended; each finishes the result it is making.
    func stop() { queue.stop() }

    private final class Queue: @unchecked Sendable {
        private let condition = NSCondition()
        private let end: Int
        private let depth: Int
        private let produce: @Sendable (Int) -> Output
        private var upcoming: Int
        private var delivered: Int
        private var results: [Int: Output] = [:]
        private var living = 0
        private var isThreaded = false
        private var isStopped = false

        init(first: Int, end: Int, depth: Int, produce: @escaping @Sendable (Int) -> Output) {
            self.end = end
            self.depth = depth
            self.produce = produce
            upcoming = first
            delivered = first
        }

        /// A thread is about to start; counted before it runs, so that ``stop()`` waits for it.
        func threadStarts() {
            condition.lock()
            living += 1
            isThreaded = true
            condition.unlock()
        }

        /// The thread that was about to start did not; without any other the caller makes the results.
        func threadFailed() {
            condition.lock()
            living -= 1
            if living == 0, upcoming == delivered { isThreaded = false }
            condition.unlock()
        }

        func work() {
            condition.lock()
            while true {
                while !isStopped, upcoming < end, upcoming >= delivered + depth { condition.wait() }
                if isStopped || upcoming >= end { break }
                let number = upcoming
                upcoming += 1
                condition.unlock()
                let result = produce(number)
                condition.lock()
                results[number] = result
                condition.broadcast()
            }
            living -= 1
            condition.broadcast()
            condition.unlock()
        }

        func next() -> Output? {
            condition.lock()
            defer { condition.unlock() }
            guard !isStopped, delivered < end else { return nil }
            if !isThreaded {
                delivered += 1
                return produce(delivered - 1)
            }
            while true {
                if isStopped { return nil }
                if let result = results.removeValue(forKey: delivered) {
                    delivered += 1
                    condition.broadcast()
                    return result
                }
                condition.wait()
            }
        }

        func stop() {
            condition.lock()
            isStopped = true
            condition.broadcast()
            while living > 0 { condition.wait() }
            results = [:]
            condition.unlock()
        }
    }
}
