import Foundation

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

    /// Above so many differences, codewords that are wanted together are drawn without looking at each other.
    private static let differencesLimit = 1 << 27

    /// Up to `count` codewords, fewer where the candidates give no more.
    ///
    /// Many among many are drawn at once, without replacement (Efraimidis and Spirakis 2006: the largest u^(1/w)):
    /// distances to each other are left out then.
    mutating func take(_ count: Int, using generator: inout some RandomNumberGenerator) -> [[Float]] {
        guard count * candidates.count * dimension > Self.differencesLimit else {
            var result: [[Float]] = []
            while result.count < count, let vector = next(using: &generator) { result.append(vector) }
            return result
        }
        let keys = distances.map { distance in
            distance > 0 ? log(Double.random(in: Double.leastNonzeroMagnitude..<1, using: &generator)) / distance : nil
        }
        let drawn = keys.indices.filter { keys[$0] != nil }
            .sorted { (keys[$0] ?? 0, $1) > (keys[$1] ?? 0, $0) }
        return drawn.prefix(count).map { candidates[$0] }
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
