/// Choosing new codewords among vectors so that they lie far from those there are (k-means++, Arthur and
/// Vassilvitskii 2007): each is drawn with a probability proportional to its squared distance to the nearest
/// codeword.
struct DistanceSampler {
    let dimension: Int
    /// Squared distances to the nearest codeword, one a candidate.
    private(set) var distances: [Double]
    private let candidates: [[Float]]

    /// - Parameters:
    ///   - candidates: Vectors of `dimension` numbers.
    ///   - distances: Their squared distances to the codewords there are; infinite where there are none.
    init(candidates: [[Float]], distances: [Double], dimension: Int) {
        self.candidates = candidates
        self.distances = distances
        self.dimension = dimension
    }

    /// The next codeword, or `nil` if every candidate is a codeword already.
    mutating func next(using generator: inout some RandomNumberGenerator) -> [Float]? {
        guard let choice = draw(using: &generator) else { return nil }
        let chosen = candidates[choice]
        for index in candidates.indices {
            distances[index] = min(distances[index], squaredDistance(candidates[index], chosen))
        }
        return chosen
    }

    private func draw(using generator: inout some RandomNumberGenerator) -> Int? {
        guard !candidates.isEmpty else { return nil }
        if distances.contains(.infinity) {
            let free = distances.indices.filter { distances[$0] == .infinity }
            return free[Int.random(in: 0..<free.count, using: &generator)]
        }
        let total = distances.reduce(0, +)
        guard total > 1e-12 * Double(candidates.count), total.isFinite else { return nil }
        var rest = Double.random(in: 0..<total, using: &generator)
        for index in distances.indices {
            rest -= distances[index]
            if rest < 0 { return index }
        }
        return distances.indices.last { distances[$0] > 0 }
    }
}

/// ‖a − b‖².
func squaredDistance(_ left: [Float], _ right: [Float]) -> Double {
    var total: Double = 0
    for axis in left.indices {
        let difference = Double(left[axis]) - Double(right[axis])
        total += difference * difference
    }
    return total
}
