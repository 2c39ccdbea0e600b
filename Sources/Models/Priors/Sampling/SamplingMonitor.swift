import Foundation

/// What the threads of a sampler tell and ask their caller, one at a time.
final class SamplingMonitor: @unchecked Sendable {
    // The lock guards everything that changes.
    private let lock = NSLock()
    private let progress: (@Sendable (SamplingProgress) -> Void)?
    private let shouldStop: (@Sendable () -> Bool)?
    private let total: Int
    private var done = 0
    private var failure: SamplingError?

    init(
        total: Int, progress: (@Sendable (SamplingProgress) -> Void)? = nil,
        shouldStop: (@Sendable () -> Bool)? = nil
    ) {
        self.total = total
        self.progress = progress
        self.shouldStop = shouldStop
    }

    /// Adds positions that are done; false if it is time to stop.
    func advance(_ positions: Int) -> Bool {
        lock.withLock {
            done += positions
            progress?(SamplingProgress(done: done, total: total))
            if failure == nil, done < total, shouldStop?() == true { failure = .stopped }
            return failure == nil
        }
    }

    /// Remembers the first error, for all threads to stop at.
    func fail(_ error: SamplingError) {
        lock.withLock { failure = failure ?? error }
    }

    /// - Throws: The first error, if there was one.
    func check() throws {
        if let failure = lock.withLock({ failure }) { throw failure }
    }
}
