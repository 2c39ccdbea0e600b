import SearchKernelInterface

/// Codebooks of a hierarchy in 16-bit integers, and what rounding can do to a score.
///
/// A search in integers takes a quarter of the instructions, and is exact but for the rounding of what goes in. With the
/// vector X = s·x + δ and the codeword C = −σ·c + ε, where |δ| ≤ ½ and |ε| ≤ ½ for each axis, products are
///
///     X·C = −s·σ·(x·c) + s·(x·ε) + δ·C,   |s·(x·ε) + δ·C| ≤ s·‖x‖·‖ε‖ + ½·‖C‖₁
///
/// so that a score that leads by twice the largest such error, and by twice what float32 itself rounds, belongs to the
/// codeword that a search in float32 finds. σ is chosen for each parent, s for each call by its vectors.
struct IntegerCodebooks {
    /// s·‖x‖ at most: what fits into 16 bits.
    private static let vectorNorm = 32_000.0
    /// ‖C‖ at most. The product of both and the offset, which is no larger, are less than 2³¹.
    private static let codewordNorm = 30_000.0
    /// Children that are compared at once.
    private static let lanes = 8
    /// What else a score may be off by: 7 for the number of the codeword in its last three bits, ½ for the offset.
    private static let otherError = 8.0
    /// Norms below this, and products of scales below the second, keep squares and scores of float32 far from where its
    /// numbers end on either side, so that its rounding is relative.
    private static let largestNorm = 1e15
    private static let largestScale = 1e30
    /// Scores with a margin below this are far from where 32 bits end. With more there would be little to decide.
    private static let largestMargin = Double(1 << 27)

    private let dimension: Int
    private let layers: Int
    private var tables: [AlignedNumbers<Int16>] = []
    /// σ·(‖c‖²/2 + p·c) for each layer, [parents, 8]; infinite where there is no codeword.
    private var offsets: [[Double]] = []
    /// The largest s·‖x‖·‖ε‖ + ½·‖C‖₁.
    private var error = 0.0
    /// The largest σ.
    private var unit = 0.0
    /// The largest sum of the norms of a path's codewords.
    private var reach = 0.0

    /// Turns codebooks into integers.
    ///
    /// - Parameters:
    ///   - codewords: For each layer [parents · m, D].
    ///   - paths: The sums of each codeword and those that led to it, for each layer [parents · m, D].
    ///   - branching: m.
    ///   - dimension: D.
    /// - Returns: `nil` for m and D that kernels have no such search for, and for codewords that are not finite numbers.
    init?(codewords: [AlignedNumbers<Float>], paths: [AlignedNumbers<Float>], branching: Int, dimension: Int) {
        guard branching <= Self.lanes, [8, 16, 32, 64].contains(dimension) else { return nil }
        self.dimension = dimension
        layers = codewords.count
        var pathNorms = [0.0]
        for (layer, codebook) in codewords.enumerated() {
            let before = layer == 0 ? nil : paths[layer - 1].start
            pathNorms = append(codebook, before, branching, pathNorms)
            guard reach < Self.largestNorm, unit < Self.largestScale else { return nil }
        }
    }

    /// Appends a layer.
    ///
    /// - Parameter before: The sums of the codewords that lead to it [parents, D].
    /// - Returns: The sums of the norms of each codeword and those that led to it; of codewords that are not finite
    ///   nothing, and ``reach`` is infinite.
    private mutating func append(
        _ codebook: AlignedNumbers<Float>, _ before: UnsafePointer<Float>?, _ branching: Int, _ pathNorms: [Double]
    ) -> [Double] {
        let parents = pathNorms.count
        let size = Self.lanes * dimension
        let places = Self.places(dimension)
        var table = [Int16](repeating: 0, count: parents * size)
        var layerOffsets = [Double](repeating: .infinity, count: parents * Self.lanes)
        var norms: [Double] = []
        norms.reserveCapacity(parents * branching)
        for parent in 0..<parents {
            let rows = codebook.start + parent * branching * dimension
            let squares = (0..<branching).map { Self.product(rows + $0 * dimension, rows + $0 * dimension, dimension) }
            let largest = squares.reduce(0, Swift.max).squareRoot()
            guard largest < Self.largestNorm, squares.allSatisfy({ $0.isFinite }) else {
                reach = .infinity
                return []
            }
            let unit = largest > 0 ? Self.codewordNorm / largest : 1
            self.unit = max(self.unit, unit)
            for child in 0..<branching {
                let row = rows + child * dimension
                let start = parent * size + child / 4 * 32 + child % 4 * 8
                var squaredError = 0.0
                var sum = 0.0
                for axis in 0..<dimension {
                    let exact = -unit * Double(row[axis])
                    // To the next whole number: what is added leaves no bits for less.
                    let rounded = (exact + 0x1.8p52) - 0x1.8p52
                    squaredError += (rounded - exact) * (rounded - exact)
                    sum += abs(rounded)
                    table[start + places[axis]] = Int16(truncatingIfNeeded: Int64(rounded))
                }
                // What float32 makes of s·x may be off by a little more than a half.
                error = max(error, Self.vectorNorm * squaredError.squareRoot() + 0.51 * sum)
                let path = before.map { Self.product($0 + parent * dimension, row, dimension) } ?? 0
                layerOffsets[parent * Self.lanes + child] = unit * (squares[child] / 2 + path)
                let norm = pathNorms[parent] + squares[child].squareRoot()
                norms.append(norm)
                reach = max(reach, norm)
            }
        }
        tables.append(AlignedNumbers(table))
        offsets.append(layerOffsets)
        return norms
    }

    private static func product(_ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ count: Int) -> Double {
        var sum = 0.0
        for axis in 0..<count { sum += Double(first[axis]) * Double(second[axis]) }
        return sum
    }

    /// Where the numbers of a parent's first codeword are: see `IntegerArrays.tables`.
    private static func places(_ dimension: Int) -> [Int] {
        (0..<dimension).map { axis in
            let inPart = axis % 32
            let place = dimension < 32 ? inPart : inPart % 16 * 2 + inPart / 16
            return (axis / 32 * 4 + place / 8) * 8 * lanes + place % 8
        }
    }

    // MARK: A call

    /// The codebooks in the units of these vectors, for the length of a call.
    ///
    /// - Parameters:
    ///   - vectors: [count, D].
    ///   - body: Is given `nil` where integers could not be trusted.
    /// - Throws: What `body` throws.
    func withArrays<Result>(
        _ vectors: UnsafePointer<Float>, count: Int, _ body: (IntegerArrays?) throws -> Result
    ) throws -> Result {
        // A fifth more than what was seen: most groups of vectors are within it, and the others cost time alone.
        let radius = max(1.2 * sampledNorm(vectors, count), reach)
        let scale = Float(Self.vectorNorm / radius)
        guard scale.isNormal, radius < Self.largestNorm, Double(scale) * unit < Self.largestScale else {
            return try body(nil)
        }
        let margin = 2 * (error + Self.otherError + floatError(radius: radius, scale: Double(scale)))
        guard margin < Self.largestMargin else { return try body(nil) }
        let offsets = offsets.map { integers($0, scale: Double(scale)) }
        return try withPointers(tables) { tables in
            try withPointers(offsets) { offsets in
                try body(
                    IntegerArrays(
                        tables: tables, offsets: offsets, scale: scale,
                        squaredRadius: Float(radius * radius * 0.9999), margin: Int32(margin.rounded(.up))))
            }
        }
    }

    /// Offsets of codewords c and 4 + c side by side, and two zeros: see `IntegerArrays.offsets`.
    private func integers(_ offsets: [Double], scale: Double) -> AlignedNumbers<Int32> {
        var integers = [Int32](repeating: 0, count: 2 * offsets.count)
        for (place, offset) in offsets.enumerated() {
            let (parent, child) = (place / Self.lanes, place % Self.lanes)
            integers[parent * 16 + child % 4 * 4 + child / 4] =
                offset.isFinite ? Int32((offset * scale).rounded()) : .max
        }
        return AlignedNumbers(integers)
    }

    /// What a search in float32 rounds of a score, in units of integers.
    ///
    /// A sum of k products in any order is off by k·2⁻²⁴ of the sum of their sizes at most (Higham, Accuracy and
    /// Stability of Numerical Algorithms, 2002, section 3.1). k is D/2 + 2 for products with a codeword, D for its
    /// square, which counts half, n − 1 for the subtractions that led to what is multiplied and n − 2 for the sum p
    /// that integers start from; all sizes are at most ‖c‖ times radius and reach. That is less than D + 2·n; three times
    /// as much is taken.
    private func floatError(radius: Double, scale: Double) -> Double {
        let terms = Double(3 * (dimension + 2 * layers))
        return terms * 0x1p-24 * Self.codewordNorm * scale * (radius + reach)
    }

    /// The largest bound of ‖x‖ that the kernel finds for groups of sixteen vectors, of sixteen groups at most.
    private func sampledNorm(_ vectors: UnsafePointer<Float>, _ count: Int) -> Double {
        let group = min(16, count)
        let groups = min(16, count / 16)
        var largest: Float = 0
        for sample in 0..<groups {
            let first = groups == 1 ? 0 : (count - group) * sample / (groups - 1)
            var bounds = [Float](repeating: 0, count: 16)
            for vector in first..<first + group {
                for lane in 0..<min(16, dimension) {
                    var sum: Float = 0
                    for axis in stride(from: lane, to: dimension, by: 16) {
                        let number = vectors[vector * dimension + axis]
                        sum += number * number
                    }
                    bounds[lane] = max(bounds[lane], sum)
                }
            }
            let bound = bounds.reduce(0, +)
            if bound.isFinite { largest = max(largest, bound) }
        }
        return Double(largest).squareRoot()
    }
}
