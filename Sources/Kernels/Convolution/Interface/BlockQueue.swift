import Synchronization

/// Hands out blocks of work to threads, each block once: a thread that is held up takes fewer.
public final class BlockQueue: Sendable {
    private let count: Int
    private let taken = Atomic(0)

    /// Blocks 0 ..< count.
    public init(count: Int) { self.count = count }

    /// The next block, or `nil` if there is none left.
    public func next() -> Int? {
        let block = taken.wrappingAdd(1, ordering: .relaxed).oldValue
        return block < count ? block : nil
    }
}
