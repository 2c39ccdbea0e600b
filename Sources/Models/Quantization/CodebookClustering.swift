import Torch

/// Codebooks for a set of vectors: k-means (Lloyd 1982, started by k-means++), then k-means on the residuals of each
/// cluster for its children, and so on down; in a flat structure on the residuals of all clusters together.
package enum CodebookClustering {
    /// Clusters vectors.
    ///
    /// - Parameters:
    ///   - vectors: [count · D].
    ///   - settings: The structure, n, m and D.
    ///   - iterations: Rounds of Lloyd's algorithm a layer.
    ///   - generator: Where random choices come from.
    ///   - progress: Told which layer is clustered, from 0, and how many rounds of it are done.
    /// - Returns: The codewords of each layer, [mⁱ⁺¹ · D] or [m · D]. A parent with fewer distinct vectors than children has
    ///   children in the same place; revival moves them once there is something to represent.
    /// - Throws: `TorchError`.
    package static func cluster(
        _ vectors: [Float], _ settings: QuantizerSettings, iterations: Int,
        using generator: inout some RandomNumberGenerator, progress: (_ layer: Int, _ rounds: Int) -> Void = { _, _ in }
    ) throws -> [[Float]] {
        let dimension = settings.dimension
        let count = vectors.count / dimension
        var codebooks: [[Float]] = []
        var residuals = vectors
        var parents = [Int](repeating: 0, count: count)
        for codewords in settings.codewords {
            var groups = [[Int]](repeating: [], count: codewords / settings.branching)
            for row in 0..<count { groups[parents[row]].append(row) }
            var codebook: [Float] = []
            progress(codebooks.count, 0)
            for group in groups { codebook += seeds(group, residuals, settings, using: &generator) }
            for round in 0...max(iterations, 1) {
                let assigned = try nearest(residuals, parents, codebook, settings)
                if round == max(iterations, 1) {
                    for row in 0..<count {
                        parents[row] = settings.structure == .flat ? 0 : assigned[row]
                        for axis in 0..<dimension {
                            residuals[row * dimension + axis] -= codebook[assigned[row] * dimension + axis]
                        }
                    }
                } else {
                    move(&codebook, residuals, assigned, dimension)
                    progress(codebooks.count, round + 1)
                }
            }
            codebooks.append(codebook)
        }
        return codebooks
    }

    /// Above so many differences, codewords start from vectors drawn evenly: k-means++ would take minutes.
    private static let seedingLimit = 1 << 31

    /// k-means++ among the vectors of one parent.
    private static func seeds(
        _ group: [Int], _ residuals: [Float], _ settings: QuantizerSettings,
        using generator: inout some RandomNumberGenerator
    ) -> [Float] {
        let dimension = settings.dimension
        guard group.count * settings.branching * dimension <= seedingLimit else {
            var chosen = Array(group.shuffled(using: &generator).prefix(settings.branching))
            // Fewer vectors than codewords: the rest share a place, until revival moves them.
            chosen += Array(repeating: group[0], count: settings.branching - chosen.count)
            return chosen.flatMap { residuals[$0 * dimension..<($0 + 1) * dimension] }
        }
        let candidates = group.map { Array(residuals[$0 * dimension..<($0 + 1) * dimension]) }
        var sampler = DistanceSampler(
            candidates: candidates, distances: Array(repeating: .infinity, count: candidates.count),
            dimension: dimension)
        var result: [Float] = []
        var last = [Float](repeating: 0, count: dimension)
        for _ in 0..<settings.branching {
            if let next = sampler.next(using: &generator) { last = next }
            result += last
        }
        return result
    }

    /// The absolute number of the nearest child of each vector's parent.
    private static func nearest(
        _ residuals: [Float], _ parents: [Int], _ codebook: [Float], _ settings: QuantizerSettings
    ) throws -> [Int] {
        let dimension = settings.dimension
        let branching = settings.branching
        if codebook.count == branching * dimension {
            let search = CodewordSearch(
                codebooks: [codebook], structure: .flat, branching: branching, dimension: dimension)
            let found = try search(Tensor(residuals, [parents.count, dimension]), sums: .none)
            return try found.indices.array(of: Int32.self).map(Int.init)
        }
        return residuals.withUnsafeBufferPointer { residuals in
            codebook.withUnsafeBufferPointer { codebook in
                parents.indices.map { row in
                    var best = 0
                    var bestDistance = Float.infinity
                    for child in 0..<branching {
                        let start = (parents[row] * branching + child) * dimension
                        var distance: Float = 0
                        for axis in 0..<dimension {
                            let difference = residuals[row * dimension + axis] - codebook[start + axis]
                            distance += difference * difference
                        }
                        if distance < bestDistance {
                            bestDistance = distance
                            best = child
                        }
                    }
                    return parents[row] * branching + best
                }
            }
        }
    }

    /// Moves each codeword to the mean of its vectors; one without vectors stays.
    private static func move(_ codebook: inout [Float], _ residuals: [Float], _ assigned: [Int], _ dimension: Int) {
        var sums = [Double](repeating: 0, count: codebook.count)
        var counts = [Double](repeating: 0, count: codebook.count / dimension)
        for row in assigned.indices {
            counts[assigned[row]] += 1
            for axis in 0..<dimension {
                sums[assigned[row] * dimension + axis] += Double(residuals[row * dimension + axis])
            }
        }
        for codeword in counts.indices where counts[codeword] > 0 {
            for axis in 0..<dimension {
                codebook[codeword * dimension + axis] = Float(sums[codeword * dimension + axis] / counts[codeword])
            }
        }
    }
}
