import Foundation

/// Which images stand in which step: a function of the seed and the step alone, so that any step can be started
/// at without walking to it.
///
/// An epoch is a permutation of the data set, cut into whole batches; what remains is left out. A data set
/// smaller than a batch is strung together over epochs instead.
package final class SampleOrder: @unchecked Sendable {
    package struct Slot: Equatable {
        package var epoch: Int
        package var position: Int
    }

    package let count: Int
    package let batchSize: Int
    private let seed: UInt64
    private let shuffle: Bool
    private let lock = NSLock()
    private var orders: [Int: [Int]] = [:]

    package init(count: Int, batchSize: Int, seed: UInt64, shuffle: Bool) {
        self.count = count
        self.batchSize = batchSize
        self.seed = seed
        self.shuffle = shuffle
    }

    /// Whole batches in an epoch; 1 for a data set smaller than a batch.
    var batchesPerEpoch: Int { max(1, count / batchSize) }

    /// The slots of a step.
    package func slots(step: Int) -> [Slot] {
        if count < batchSize {
            return (0..<batchSize).map { offset in
                let number = step * batchSize + offset
                return Slot(epoch: number / count, position: number % count)
            }
        }
        let (epoch, batch) = step.quotientAndRemainder(dividingBy: batchesPerEpoch)
        return (0..<batchSize).map { Slot(epoch: epoch, position: batch * batchSize + $0) }
    }

    /// The image at a position of an epoch; positions after the last start again at the first.
    package func index(epoch: Int, position: Int) -> Int {
        guard shuffle else { return position % count }
        return lock.withLock {
            if let order = orders[epoch] { return order[position % count] }
            // Threads work in at most a few epochs at once; older orders can be had again from the seed.
            if orders.count >= 4, let oldest = orders.keys.min() { orders[oldest] = nil }
            var generator = SeededGenerator(seed: seed, stream: "shuffle", step: UInt64(truncatingIfNeeded: epoch))
            let order = generator.permutation(of: count)
            orders[epoch] = order
            return order[position % count]
        }
    }
}
