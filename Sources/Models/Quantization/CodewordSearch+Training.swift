import Processors
import SearchKernelInterface
import Torch

/// What a training step needs of a search.
package struct TrainingSearch {
    /// Absolute codeword numbers, int32 [n, V].
    var indices: Tensor
    /// e¹ + … + eⁿ, float32 [V, D].
    var total: Tensor
    /// ‖ξⁱ‖² over all numbers, a layer each.
    var errors: [Double]
    /// The gradient of the weighted commitment terms, float32 [V, D].
    var gradient: Tensor
    /// What each layer's codewords were given.
    var assigned: [AssignedSums]
}

extension CodewordSearch {
    /// Whether codebooks are small enough for every part of the vectors to have sums of its own.
    static func suitsOnePass(_ settings: QuantizerSettings) -> Bool {
        places(settings.codewords, settings.structure) * settings.dimension <= 1 << 16
    }

    /// How many codewords are counted: those of a hierarchy's last layer, as each of them tells those above it.
    private static func places(_ codewords: [Int], _ structure: CodebookStructure) -> Int {
        structure == .hierarchical ? codewords[codewords.count - 1] : codewords.reduce(0, +)
    }

    /// How many parts the vectors are searched in. It does not depend on the number of threads, so that sums do not
    /// either. A part searches at least sixteen times as many numbers as it has sums, where there are more than eight.
    private static func parts(count: Int, places: Int) -> Int { min(64, max(8, count / (16 * places))) }

    /// Searches, and adds up in the same pass what the objective and the moving averages of codewords want to know: no
    /// partial sum is written, and no vector is read again.
    ///
    /// The vectors are cut into parts of fixed number, with sums of their own, so that results do not depend on the
    /// number of threads.
    ///
    /// - Parameters:
    ///   - vectors: float32 [V, D], dense, on the processor; V > 0.
    ///   - weights: What a number of each layer's residual ξⁱ adds to the gradient, n of them.
    ///   - kernel: Another variant than the best, for tests.
    /// - Precondition: `kernel` is supported.
    /// - Throws: `TorchError`.
    package func train(_ vectors: Tensor, weights: [Float], kernel: KernelVariant = .best) throws -> TrainingSearch {
        precondition(weights.count == layers, "\(weights.count) weights for \(layers) layers")
        precondition(
            vectors.rank == 2 && vectors.size(1) == dimension && vectors.isContiguous(.contiguous),
            "vectors of the shape \(vectors.shape), D is \(dimension)")
        let count = vectors.size(0)
        let places = Self.places(codewords.map { $0.count / dimension }, structure)
        let parts = Self.parts(count: count, places: places)
        let indices = try Tensor.empty([layers, count], .int32)
        let total = try Tensor.empty([count, dimension])
        let gradient = try Tensor.empty([count, dimension])
        let counts = try Tensor.zeros([parts, places], .int32)
        let entered = try Tensor.zeros([parts, places, dimension])
        let errors = try Tensor.zeros([parts, layers], .float64)
        // Whole groups of the hierarchical kernel.
        let size = ((count + parts - 1) / parts + 15) / 16 * 16
        try weights.withUnsafeBufferPointer { weights in
            guard let weights = weights.baseAddress else { preconditionFailure("a search without layers") }
            let training = TrainingArrays(
                weights: weights, gradient: try gradient.start(), counts: try counts.start(),
                entered: try entered.start(), errors: try errors.start())
            let source: UnsafeMutablePointer<Float> = try vectors.start()
            try withArrays(
                source, count: count, indices: try indices.start(), sums: try total.start(), hasPartialSums: false,
                training: training, kernel: kernel
            ) { arrays in
                let (structure, dimension, layers) = (structure, dimension, layers)
                try Engine.parallel(parts, block: 1) { part in
                    let first = part.lowerBound * size
                    guard first < count else { return }
                    var arrays = arrays
                    arrays.training = training.part(
                        part.lowerBound, places: places, dimension: dimension, layers: layers)
                    kernel.search(arrays, structure)(first..<min(count, first + size))
                }
            }
        }
        return try withExtendedLifetime((vectors, gradient, counts, entered, errors)) {
            TrainingSearch(
                indices: indices, total: total, errors: try sumOfParts(errors, zero: 0.0).array(of: Double.self),
                gradient: gradient, assigned: try assigned(counts, entered))
        }
    }

    /// Puts the parts together, and tells the sums of the layers above a hierarchy's last one: a vector that chose a
    /// codeword entered its layer as what it left over and the codeword.
    private func assigned(_ partCounts: Tensor, _ partSums: Tensor) throws -> [AssignedSums] {
        let counts = try sumOfParts(partCounts, zero: Int32(0)).array(of: Int32.self).map(Int64.init)
        let sums = try sumOfParts(partSums, zero: Float(0))
        guard structure == .hierarchical else {
            return try (0..<layers).map { layer in
                let rows = layer * branching..<(layer + 1) * branching
                return AssignedSums(counts: Array(counts[rows]), sums: try sums.narrowed(axis: 0, rows))
            }
        }
        var last = AssignedSums(counts: counts, sums: sums)
        var assigned = [last]
        for layer in (0..<layers - 1).reversed() {
            last = try above(last, layer)
            assigned.insert(last, at: 0)
        }
        return assigned
    }

    /// The counts and sums of a layer by those of the one below it.
    private func above(_ below: AssignedSums, _ layer: Int) throws -> AssignedSums {
        let codewords = codewords[layer].start
        let number = below.counts.count / branching
        var counts = [Int64](repeating: 0, count: number)
        let sums = try Tensor.empty([number, dimension])
        let target: UnsafeMutablePointer<Float> = try sums.start()
        let source: UnsafeMutablePointer<Float> = try below.sums.start()
        withExtendedLifetime((sums, below)) {
            for codeword in 0..<number {
                let children = codeword * branching..<(codeword + 1) * branching
                counts[codeword] = below.counts[children].reduce(0, +)
                let row = codeword * dimension
                let weight = Float(counts[codeword])
                for axis in 0..<dimension {
                    // Nobody chose what is not a number, and nothing follows from it.
                    var sum = weight > 0 ? weight * codewords[row + axis] : 0
                    for child in children { sum += source[child * dimension + axis] }
                    target[row + axis] = sum
                }
            }
        }
        return AssignedSums(counts: counts, sums: sums)
    }

    /// e¹ + … + eⁱ of vectors that were assigned by this search.
    ///
    /// - Parameters:
    ///   - layer: i, from 0.
    ///   - indices: int32 [n, V].
    /// - Returns: float32 [V, D], with the bits of the search's own sums.
    /// - Throws: `TorchError`.
    func sums(through layer: Int, of indices: Tensor) throws -> Tensor {
        let count = indices.size(1)
        let dimension = dimension
        let sums = try Tensor.empty([count, dimension])
        // A path is the sum of a hierarchy's layers already.
        let rows = structure == .flat ? codewords[...layer] : paths[layer...layer]
        for (number, codewords) in zip(structure == .flat ? Array(0...layer) : [layer], rows) {
            let target = SharedMemory<Float>(start: try sums.start())
            let numbers = SharedMemory<Int32>(start: try indices.start() + number * count)
            let source = SharedMemory(start: UnsafeMutablePointer(mutating: codewords.start))
            let isFirst = number == 0 || rows.count == 1
            try withExtendedLifetime((sums, indices, codewords)) {
                try Engine.parallel(count, block: Self.block) { range in
                    for vector in range {
                        let target = target.start + vector * dimension
                        let source = source.start + Int(numbers.start[vector]) * dimension
                        if isFirst {
                            target.update(from: source, count: dimension)
                        } else {
                            for axis in 0..<dimension { target[axis] += source[axis] }
                        }
                    }
                }
            }
        }
        return sums
    }
}
