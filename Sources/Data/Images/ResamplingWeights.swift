/// Which old pixels make each new pixel of a line, and with what weights.
///
/// The filter grows with the shrink factor (antialiasing). Weights are rounded to whole numbers of 2⁻²² and sums
/// are kept in 32 bits: Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc` (`PRECISION_BITS` 32 − 8 − 2).
struct ResamplingWeights {
    static let precision: Int32 = 32 - 8 - 2

    /// The first old pixel of each new one.
    var starts: [Int] = []
    /// How many old pixels each new one takes.
    var counts: [Int] = []
    /// `stride` weights for each new pixel.
    var weights: [Int32] = []
    let stride: Int

    /// Prepares a line.
    ///
    /// - Parameters:
    ///   - old: Pixels that there are.
    ///   - start: Where what is wanted of them begins.
    ///   - extent: How much is wanted.
    ///   - new: Pixels to make of it.
    ///   - filter: Their shape.
    init(from old: Int, start: Double, extent: Double, to new: Int, filter: ResizeFilter) {
        let scale = extent / Double(new)
        let filterScale = max(scale, 1)
        let support = filter.support * filterScale
        stride = Int(support.rounded(.up)) * 2 + 1
        starts.reserveCapacity(new)
        counts.reserveCapacity(new)
        weights = [Int32](repeating: 0, count: new * stride)
        var exact = [Double](repeating: 0, count: stride)
        for target in 0..<new {
            let centre = start + (Double(target) + 0.5) * scale
            let first = max(0, Int(centre - support + 0.5))
            let count = min(old, Int(centre + support + 0.5)) - first
            var sum = 0.0
            for offset in 0..<count {
                exact[offset] = filter.weight((Double(offset + first) - centre + 0.5) / filterScale)
                sum += exact[offset]
            }
            for offset in 0..<count {
                let share = (sum == 0 ? exact[offset] : exact[offset] / sum) * Double(1 << Self.precision)
                weights[target * stride + offset] = Int32(share < 0 ? share - 0.5 : share + 0.5)
            }
            starts.append(first)
            counts.append(count)
        }
    }
}
