/// Which of an endless sequence of files or lines stay: all of the first ones, then half as many each time their number
/// doubles, so that what is kept grows with the logarithm of how long a run is.
package enum Thinning {
    /// Whether one stays.
    ///
    /// - Parameters:
    ///   - number: Its place in the sequence, from 1.
    ///   - first: All of the first so many stay.
    package static func stays(_ number: Int, first: Int) -> Bool {
        guard number >= first, first > 0 else { return true }
        let doublings = (number / first).bitWidth - 1 - (number / first).leadingZeroBitCount
        return number % (2 << doublings) == 0
    }
}

extension LoggingConfiguration {
    /// Lines of a log of which all are written; later ones at growing distances. The longest preset's log has 42,000 lines.
    package static let fullLines = 10_000

    /// Whether a line is written after a step.
    ///
    /// - Parameter step: Steps done.
    package func isDue(step: Int) -> Bool {
        step % every == 0 && Thinning.stays(step / every, first: Self.fullLines)
    }
}
