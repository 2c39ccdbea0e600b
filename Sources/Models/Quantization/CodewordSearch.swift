import Processors
import SearchKernelInterface
import Torch

/// What a search found for V vectors under n layers.
package struct Assignment {
    /// Absolute codeword numbers, int32 [n, V]; layer i's are in 0 ..< mⁱ (i from 1), in a flat structure 0 ..< m.
    package var indices: Tensor
    /// e¹ + … + eⁱ for each layer i, float32 [n, V, D]; only where partial sums were asked for.
    package var sums: Tensor?
    /// e¹ + … + eⁿ, float32 [V, D]; only where the total was asked for.
    package var total: Tensor?
}

/// Which sums of codewords a search writes beside the codes: memory traffic is a good part of its time.
package enum CodewordSums: Sendable, CaseIterable {
    /// None.
    case none
    /// The sum over all layers.
    case total
    /// The sums over the first layer, the first two, and so on.
    case partial
}

/// Codebooks packed for the nearest-codeword search on the processor.
///
/// For each vector, layer by layer, the m codewords that it may choose from are compared, so a vector costs n·m
/// distances. No [vectors × codewords] array of distances is made: besides the results, memory is a tile of vectors a
/// thread. Ties go to the lower index. All variants of the kernels and any number of threads give the same bits.
///
/// In a hierarchy of two layers or more with D of 8, 16, 32 or 64 and m ≤ 8, a processor with AVX-512 compares scores
/// of many vectors in 16-bit integers first, and only those that they leave undecided in float32 (see
/// `IntegerCodebooks`). The results are those of float32.
///
/// One search is used by one thread at a time.
package final class CodewordSearch {
    let structure: CodebookStructure
    let dimension: Int
    let branching: Int
    private let lanes: Int
    private var transposed: [AlignedNumbers<Float>] = []
    private var offsets: [AlignedNumbers<Float>] = []
    private(set) var codewords: [AlignedNumbers<Float>] = []
    /// The sum of each codeword and those that led to it; of a hierarchy alone.
    private(set) var paths: [AlignedNumbers<Float>] = []

    /// The same in integers; made when it is first wanted.
    private lazy var integers: IntegerCodebooks? =
        structure == .hierarchical
        ? IntegerCodebooks(codewords: codewords, paths: paths, branching: branching, dimension: dimension) : nil
    /// Whether integers may be compared first. The results are the same; tests turn it off.
    var comparesIntegers = true

    /// The number of layers n.
    var layers: Int { codewords.count }

    /// Packs codebooks.
    ///
    /// - Parameters:
    ///   - codebooks: For each layer the codewords [parents · m · D], those of one parent side by side; one parent
    ///     alone in every layer of a flat structure.
    ///   - structure: Whether the codeword of a layer decides what the next one may choose from.
    ///   - branching: m.
    ///   - dimension: D.
    package init(
        codebooks: [[Float]], structure: CodebookStructure = .hierarchical, branching: Int, dimension: Int
    ) {
        // One layer has no parents either way, and the flat kernel is the faster one for it.
        self.structure = codebooks.count == 1 ? .flat : structure
        self.branching = branching
        self.dimension = dimension
        let width = self.structure == .flat ? Self.flatLanes : Self.hierarchicalLanes
        lanes = (branching + width - 1) / width * width
        var path: [Float] = []
        for codebook in codebooks {
            let parents = codebook.count / (branching * dimension)
            precondition(codebook.count == parents * branching * dimension, "a codebook of \(codebook.count) numbers")
            precondition(structure == .hierarchical || parents == 1, "\(parents) codebooks in a layer that has one")
            pack(codebook, parents: parents)
            codewords.append(AlignedNumbers(codebook))
            guard self.structure == .hierarchical else { continue }
            path = sum(codebook, after: path)
            paths.append(AlignedNumbers(path))
        }
    }

    /// Codewords that lie side by side in memory: eight of one parent, or sixteen of a flat codebook.
    private static let hierarchicalLanes = 8
    private static let flatLanes = 16

    private func pack(_ codebook: [Float], parents: Int) {
        let isFlat = structure == .flat
        let tableSize = lanes * (isFlat ? dimension : (dimension + 1) / 2 * 2)
        let offsetSize = isFlat ? 1 : 2
        var packed = [Float](repeating: 0, count: parents * tableSize)
        var offset = [Float](repeating: 0, count: parents * lanes * offsetSize)
        for parent in 0..<parents {
            for child in 0..<lanes {
                let place = (parent * lanes + child) * offsetSize
                guard child < branching else {
                    offset[place] = -.infinity
                    continue
                }
                let row = (parent * branching + child) * dimension
                var square: Float = 0
                for axis in 0..<dimension {
                    let value = codebook[row + axis]
                    let place = isFlat ? flatPlace(child, axis) : hierarchicalPlace(child, axis)
                    packed[parent * tableSize + place] = value
                    square += value * value
                }
                offset[place] = -0.5 * square
            }
        }
        transposed.append(AlignedNumbers(packed))
        offsets.append(AlignedNumbers(offset))
    }

    /// The sum of each codeword and those that led to it, added up in the order of the layers.
    private func sum(_ codebook: [Float], after paths: [Float]) -> [Float] {
        guard !paths.isEmpty else { return codebook }
        return [Float](unsafeUninitializedCapacity: codebook.count) { sums, count in
            for codeword in 0..<codebook.count / dimension {
                let row = codeword * dimension
                let parent = codeword / branching * dimension
                for axis in 0..<dimension { sums[row + axis] = paths[parent + axis] + codebook[row + axis] }
            }
            count = codebook.count
        }
    }

    private func flatPlace(_ child: Int, _ axis: Int) -> Int {
        (child / Self.flatLanes * dimension + axis) * Self.flatLanes + child % Self.flatLanes
    }

    private func hierarchicalPlace(_ child: Int, _ axis: Int) -> Int {
        let pairs = (dimension + 1) / 2
        let block = Self.hierarchicalLanes
        return ((child / block * pairs + axis / 2) * block + child % block) * 2 + axis % 2
    }

    /// Searches all layers for `count` vectors.
    ///
    /// - Parameters:
    ///   - vectors: [count, D].
    ///   - count: How many vectors.
    ///   - indices: Out, [n, count].
    ///   - sums: Out, [count, D] or [n, count, D], or `nil`.
    ///   - hasPartialSums: Whether `sums` has room for the sum up to each layer.
    ///   - kernel: Another variant than the best, for tests.
    /// - Precondition: `kernel` is supported.
    /// - Throws: `TorchError`.
    package func search(
        _ vectors: UnsafePointer<Float>, count: Int, indices: UnsafeMutablePointer<Int32>,
        sums: UnsafeMutablePointer<Float>?, hasPartialSums: Bool = true, kernel: KernelVariant = .best
    ) throws {
        try withArrays(
            vectors, count: count, indices: indices, sums: sums, hasPartialSums: hasPartialSums, kernel: kernel
        ) {
            let search = kernel.search($0, structure)
            let block = structure == .flat ? Self.flatBlock : Self.block(count: count, $0.integers)
            try Engine.parallel(count, block: block, search)
        }
    }

    /// Where everything is that a kernel reads and writes, for the length of a call.
    ///
    /// - Throws: What `body` throws.
    func withArrays(
        _ vectors: UnsafePointer<Float>, count: Int, indices: UnsafeMutablePointer<Int32>,
        sums: UnsafeMutablePointer<Float>?, hasPartialSums: Bool, training: TrainingArrays? = nil,
        kernel: KernelVariant,
        _ body: (SearchArrays) throws -> Void
    ) throws {
        try withPointers(transposed) { transposed in
            try withPointers(offsets) { offsets in
                try withPointers(codewords) { codewords in
                    try withPointers(structure == .flat ? self.codewords : paths) { paths in
                        try withIntegers(vectors, count: count, kernel) { integers in
                            try body(
                                SearchArrays(
                                    vectors: vectors, transposed: transposed, offsets: offsets, codewords: codewords,
                                    paths: paths, integers: integers, indices: indices, sums: sums,
                                    hasPartialSums: hasPartialSums, training: training, count: count,
                                    dimension: dimension, layers: layers, branching: branching, lanes: lanes))
                        }
                    }
                }
            }
        }
    }

    private func withIntegers(
        _ vectors: UnsafePointer<Float>, count: Int, _ kernel: KernelVariant, _ body: (IntegerArrays?) throws -> Void
    ) throws {
        // Making them takes as long as a few vectors a codeword are searched in float32.
        let codewords = codewords.reduce(0) { $0 + $1.count / dimension }
        guard comparesIntegers, kernel.searchesIntegers, count >= max(1024, 8 * codewords), let integers else {
            return try body(nil)
        }
        try integers.withArrays(vectors, count: count, body)
    }

    /// Searches the rows of a tensor.
    ///
    /// - Parameters:
    ///   - vectors: float32 [V, D], dense, on the processor.
    ///   - sums: Which sums of codewords are wanted.
    /// - Throws: `TorchError`.
    package func callAsFunction(_ vectors: Tensor, sums: CodewordSums) throws -> Assignment {
        try self(vectors, sums: sums, kernel: .best)
    }

    /// Searches the rows of a tensor.
    ///
    /// - Parameters:
    ///   - vectors: float32 [V, D], dense, on the processor.
    ///   - wanted: Which sums of codewords are wanted.
    ///   - kernel: Another variant than the best, for tests.
    /// - Throws: `TorchError`.
    package func callAsFunction(
        _ vectors: Tensor, sums wanted: CodewordSums, kernel: KernelVariant
    ) throws -> Assignment {
        let vectors = try vectors.detached().contiguous()
        let count = vectors.size(0)
        precondition(vectors.size(1) == dimension, "vectors of \(vectors.size(1)) numbers, D is \(dimension)")
        let indices = try Tensor.empty([codewords.count, count], .int32)
        let sums: Tensor? =
            switch wanted {
            case .none: nil
            case .total: try Tensor.empty([count, dimension])
            case .partial: try Tensor.empty([codewords.count, count, dimension])
            }
        let assignment = Assignment(
            indices: indices, sums: wanted == .partial ? sums : nil, total: wanted == .total ? sums : nil)
        guard count > 0 else { return assignment }
        try vectors.withMemory(of: Float.self) { source in
            try indices.withMemory(of: Int32.self) { indices in
                guard let source = source.baseAddress, let indices = indices.baseAddress else { return }
                if let sums {
                    try sums.withMemory(of: Float.self) {
                        try search(
                            source, count: count, indices: indices, sums: $0.baseAddress,
                            hasPartialSums: wanted == .partial, kernel: kernel)
                    }
                } else {
                    try search(source, count: count, indices: indices, sums: nil, kernel: kernel)
                }
            }
        }
        return assignment
    }

    /// Vectors that a thread takes at a time: tens of microseconds of work, whole groups of the kernels.
    static let block = 512
    static let flatBlock = 64

    /// With integers four times as many where that leaves thirty-two blocks to share out: undecided vectors of a block are
    /// searched in groups, and the last group is seldom full.
    private static func block(count: Int, _ integers: IntegerArrays?) -> Int {
        integers == nil ? block : min(max(count / 32 / block, 1), 4) * block
    }
}
