import Synchronization

/// Counts what ``Convolution2D`` and ``TransposedConvolution2D`` compute on the processor, for a bound on how fast that
/// could be done.
///
/// The product of a weight and an input counts as two operations, as it is added to a sum too; what falls on the zeros
/// around an image does not count. Gradients count where they are computed.
package final class OperationCounter: Sendable {
    @TaskLocal private static var current: OperationCounter?
    private let operations = Mutex(0)

    private init() {}

    /// How many operations the convolutions of `body` take.
    ///
    /// - Throws: What `body` throws.
    package static func count(_ body: () throws -> Void) rethrows -> Int {
        let counter = OperationCounter()
        try $current.withValue(counter, operation: body)
        return counter.operations.withLock { $0 }
    }

    /// Adds a convolution, or one of its gradients, which take as many.
    ///
    /// - Parameters:
    ///   - weight: [.., .., filter, filter].
    ///   - large: [N, .., H, W], the input, or the output of a transposed convolution.
    ///   - small: [N, .., h, w], the other.
    ///   - times: How many such products.
    static func add(weight: Tensor, large: Tensor, small: Tensor, stride: Int, padding: Int, times: Int = 1) {
        guard let current, large.rank == 4, small.rank == 4 else { return }
        let (filter, channels) = (weight.size(2), weight.size(0) * weight.size(1))
        let pairs = [2, 3].map { axis in
            (0..<small.size(axis)).reduce(0) { sum, place in
                let first = place * stride - padding
                return sum + min(first + filter, large.size(axis)) - max(first, 0)
            }
        }
        let operations = 2 * channels * small.size(0) * pairs[0] * pairs[1] * times
        current.operations.withLock { $0 += operations }
    }
}
