import Foundation
import Processors

/// Work on all cores.
enum Parallel {
    /// Values of the numbers below `count`, in order.
    ///
    /// The caller works too, so that all is done where no thread can start.
    ///
    /// - Throws: The error of the first number that has one, after all are done.
    static func map<Value: Sendable>(
        _ count: Int, _ value: @escaping @Sendable (Int) throws -> Value
    ) throws -> [Value] {
        let work = Work<Value>(count: count, value)
        let threads = min(ProcessInfo.processInfo.activeProcessorCount, count) - 1
        for _ in 0..<max(threads, 0) {
            work.begin()
            guard WorkerThread.start({ work.run() }) else {
                work.end()
                break
            }
        }
        work.begin()
        work.run()
        return try work.results().map { try $0.get() }
    }

    private final class Work<Value: Sendable>: @unchecked Sendable {
        private let condition = NSCondition()
        private let value: @Sendable (Int) throws -> Value
        private var values: [Result<Value, any Error>?]
        private var next = 0
        private var running = 0

        init(count: Int, _ value: @escaping @Sendable (Int) throws -> Value) {
            self.value = value
            values = Array(repeating: nil, count: count)
        }

        /// A worker is about to run.
        func begin() { condition.withLock { running += 1 } }

        /// A worker is done, or did not start.
        func end() {
            condition.withLock {
                running -= 1
                condition.broadcast()
            }
        }

        /// Takes one number after the other until there is none.
        func run() {
            while let number = take() {
                let result = Result { try value(number) }
                condition.withLock { values[number] = result }
            }
            end()
        }

        private func take() -> Int? {
            condition.withLock {
                guard next < values.count else { return nil }
                next += 1
                return next - 1
            }
        }

        /// All values, once every worker is done.
        func results() -> [Result<Value, any Error>] {
            condition.lock()
            defer { condition.unlock() }
            while running > 0 { condition.wait() }
            return values.compactMap { $0 }
        }
    }
}
