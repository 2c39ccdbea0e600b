import Foundation

/// Work on all cores.
enum Parallel {
    /// Values of the numbers below `count`, in order.
    ///
    /// - Throws: The error of the first number that has one, after all are done.
    static func map<Value: Sendable>(_ count: Int, _ value: @Sendable (Int) throws -> Value) throws -> [Value] {
        let results = Results<Value>(count: count)
        DispatchQueue.concurrentPerform(iterations: count) { number in
            results.set(Result { try value(number) }, at: number)
        }
        return try results.all.map { try $0.get() }
    }

    private final class Results<Value: Sendable>: @unchecked Sendable {
        private let lock = NSLock()
        private var values: [Result<Value, any Error>?]

        init(count: Int) { values = Array(repeating: nil, count: count) }

        func set(_ value: Result<Value, any Error>, at number: Int) { lock.withLock { values[number] = value } }

        var all: [Result<Value, any Error>] { lock.withLock { values.compactMap { $0 } } }
    }
}
