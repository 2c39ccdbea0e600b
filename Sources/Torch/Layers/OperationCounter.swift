import Synchronization

/// Counts what convolutions compute, for a bound on how fast that could be done.
///
/// A product of a weight and an input counts as two operations, as its sum is one too. Gradients count where they are
/// computed.
public final class OperationCounter: Sendable {
    @TaskLocal private static var current: OperationCounter?
    private let operations = Mutex(0)

    private init() {}

    /// How many operations the convolutions of `body` take.
    ///
    /// - Throws: What `body` throws.
    public static func count(_ body: () throws -> Void) rethrows -> Int {
        let counter = OperationCounter()
        try $current.withValue(counter, operation: body)
        return counter.operations.withLock { $0 }
    }

    /// Adds a product of each weight with the inputs of so many positions.
    static func add(weights: Int, positions: Int, times: Int = 1) {
        current?.operations.withLock { $0 += 2 * weights * positions * times }
    }
}
