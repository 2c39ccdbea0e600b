/// The parts that a sum over many rows is cut into. Their number does not depend on that of the threads, so the bits of
/// the sum do not either.
package struct FixedParts {
    /// How many parts there are; at least 1.
    package let count: Int
    private let rows: Int

    /// At most 16 parts of whole rows, fewer where a part would be little work.
    ///
    /// - Parameters:
    ///   - rows: How many rows there are.
    ///   - products: The multiplications of all rows.
    package init(of rows: Int, products: Int) {
        self.rows = rows
        // Half a millisecond or so: LibTorch takes a tenth of that to prepare an operator.
        let worthwhile = 1 << 24
        count = max(min(rows, 16, max(products / worthwhile, 2)), 1)
    }

    /// The rows of a part.
    package subscript(part: Int) -> Range<Int> { part * rows / count..<(part + 1) * rows / count }
}

extension Tensor {
    /// LibTorch reduces fewer elements than this in one thread.
    private static let fewElements = 1 << 15

    /// The sum of all elements on the processor, whatever the number of threads: LibTorch's own sum of all elements is
    /// cut into as many parts as there are threads, sums of rows are not. Not recorded.
    func fixedSum(_ type: DataType? = nil) throws -> Tensor {
        let options: [Value] = type.map { [.integer(Int($0.rawValue))] } ?? []
        return try fixedReduction { try Operators.sumAxes([.tensor($0), .integers([$0.rank - 1]), false] + options) }
    }

    /// The square root of the sum of all squares, whatever the number of threads. Not recorded.
    func fixedNorm() throws -> Tensor {
        try fixedReduction { try Operators.vectorNorm(.tensor($0), 2.0, .integers([$0.rank - 1])) }
    }

    /// Whether LibTorch would cut a reduction of all elements into parts.
    var isReducedInParts: Bool { device == .cpu && count > Self.fewElements }

    /// Reduces rows, and then what they gave.
    private func fixedReduction(_ reduceLastAxis: (Tensor) throws -> Tensor) throws -> Tensor {
        let dense = rank == 4 && isContiguous(.channelsLast) ? try permuted([0, 2, 3, 1]) : self
        var flat = try dense.detached().reshaped([-1])
        while flat.count > Self.fewElements {
            let length = 1 << 12
            let rows = flat.count / length
            let whole = try reduceLastAxis(flat.narrowed(axis: 0, 0..<rows * length).reshaped([rows, length]))
            guard rows * length < flat.count else {
                flat = whole
                continue
            }
            let rest = try reduceLastAxis(flat.narrowed(axis: 0, rows * length..<flat.count))
            flat = try Tensor.concatenate([whole, rest.reshaped([1])], axis: 0)
        }
        return try reduceLastAxis(flat)
    }
}
