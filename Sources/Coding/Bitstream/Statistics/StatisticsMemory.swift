import EntropyKernelInterface

/// Statistics laid out for the kernel. Made for one layer of one file, since the base scores may move with it.
final class StatisticsMemory {
    let model: LayerModel
    private let digits: UnsafeMutablePointer<DigitModel>
    private let terms: UnsafeMutablePointer<TermTable>
    private let scores: UnsafeMutablePointer<SIMD8<Int16>>

    /// - Precondition: The statistics were checked (``ContextStatistics/complaint``).
    init(_ statistics: ContextStatistics, layer index: Int) {
        let layer = statistics.layers[index]
        let shapes =
            DigitShape.shapes(
                choices: statistics.layers[...index].map(\.choices), isHierarchical: statistics.isHierarchical)?.last
            ?? []
        precondition(shapes.count == layer.digits.count, "statistics that were not checked")
        digits = .allocate(capacity: max(layer.digits.count, 1))
        terms = .allocate(capacity: max(layer.digits.reduce(0) { $0 + $1.terms.count }, 1))
        scores = .allocate(
            capacity: max(
                layer.digits.reduce(0) { $0 + $1.base.count + $1.terms.reduce(0) { $0 + $1.scores.count } }, 1))
        var nextTerm = terms
        var nextScore = scores
        func place(_ rows: [SIMD8<Int16>]) -> UnsafeMutablePointer<SIMD8<Int16>> {
            let start = nextScore
            rows.withUnsafeBufferPointer { source in
                if let base = source.baseAddress { start.initialize(from: base, count: source.count) }
            }
            nextScore += rows.count
            return start
        }
        for (number, (digit, shape)) in zip(layer.digits, shapes).enumerated() {
            let first = nextTerm
            for term in digit.terms {
                nextTerm.initialize(
                    to: TermTable(
                        source: term.source.rawValue, nodeKind: term.nodeKind.rawValue,
                        symbols: shape.symbols(term.source, shift: term.shift), shift: Int32(term.shift),
                        scores: place(term.scores)))
                nextTerm += 1
            }
            (digits + number).initialize(
                to: DigitModel(
                    size: shape.size, prefixes: shape.prefixes, terms: first, termCount: digit.terms.count,
                    base: place(digit.base), adaptation: Int32(statistics.adaptation)))
        }
        model = LayerModel(
            digits: digits, digitCount: layer.digits.count, choices: layer.choices,
            isChild: statistics.isHierarchical && index > 0)
    }

    deinit {
        digits.deallocate()
        terms.deallocate()
        scores.deallocate()
    }
}
