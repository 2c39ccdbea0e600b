/// The qualities at which a classic codec is measured.
package enum QualityLadder: Sendable, Equatable {
    /// Some twenty, closer together where files are small.
    case steps
    /// All whole numbers.
    case every

    /// The qualities from the least to the best.
    ///
    /// - Parameter least: The least quality that the codec takes: 1 for JPEG, 0 for WebP.
    package func qualities(from least: Int) -> [Int] {
        switch self {
        case .steps: Array(Set([least, 1, 2, 3, 5, 7] + Array(stride(from: 10, through: 100, by: 5)))).sorted()
        case .every: Array(least...100)
        }
    }
}
