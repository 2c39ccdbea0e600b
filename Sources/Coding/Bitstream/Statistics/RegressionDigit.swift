import EntropyKernelInterface
import EntropyKernelPortable
import Foundation

/// The tables of one digit while they are learnt: they are touched at random for each of many millions of codes, so they
/// have memory of their own.
final class RegressionDigit {
    /// What the kernel learns with.
    let model: RegressionModel
    private let shape: DigitShape
    private let resolutions: [(source: ContextStatistics.Source, nodeKind: ContextStatistics.NodeKind, shift: Int)]
    private let counts: [Int]
    private let tables: UnsafeMutablePointer<RegressionTable>

    init(_ shape: DigitShape, isFirstLayer: Bool, maximumRows: Int) {
        self.shape = shape
        resolutions = ContextStatistics.Source.allCases.filter { !isFirstLayer || !$0.isEarlier }.map { source in
            let (kind, shift) = Self.resolution(source, shape, maximumRows: maximumRows)
            return (source, kind, shift)
        }
        var counts = [shape.nodes(.parentAndPrefix)]
        tables = .allocate(capacity: 1 + resolutions.count)
        tables.initialize(
            to: Self.table(source: -1, .parentAndPrefix, symbols: 1, shift: 0, rows: counts[0]))
        for (source, kind, shift) in resolutions {
            let symbols = shape.symbols(source, shift: shift)
            let rows = shape.nodes(kind) * symbols
            (tables + counts.count).initialize(
                to: Self.table(source: source.rawValue, kind, symbols: symbols, shift: shift, rows: rows))
            counts.append(rows)
        }
        self.counts = counts
        model = RegressionModel(size: shape.size, prefixes: shape.prefixes, tables: tables, count: counts.count)
    }

    deinit {
        for index in counts.indices {
            tables[index].scores.deallocate()
            tables[index].squares.deallocate()
        }
        tables.deallocate()
    }

    private static func table(
        source: Int, _ kind: ContextStatistics.NodeKind, symbols: Int, shift: Int, rows: Int
    ) -> RegressionTable {
        let scores = UnsafeMutablePointer<SIMD8<Float>>.allocate(capacity: rows)
        scores.initialize(repeating: SIMD8(), count: rows)
        let squares = UnsafeMutablePointer<SIMD8<Float>>.allocate(capacity: rows)
        squares.initialize(repeating: SIMD8(repeating: 0.1), count: rows)
        return RegressionTable(
            source: source, nodeKind: kind.rawValue, symbols: symbols, shift: Int32(shift), scores: scores,
            squares: squares)
    }

    /// How much of a node and of a neighbour a table of a limited size can tell apart: of the neighbour up to a factor
    /// of eight less before the parent is given up, then all that is needed.
    private static func resolution(
        _ source: ContextStatistics.Source, _ shape: DigitShape, maximumRows: Int
    ) -> (ContextStatistics.NodeKind, Int) {
        for kind in [ContextStatistics.NodeKind.parentAndPrefix, .prefix] {
            for shift in 0...3 where shape.nodes(kind) * shape.symbols(source, shift: shift) <= maximumRows {
                return (kind, shift)
            }
        }
        let shift = (0...24).first { shape.symbols(source, shift: $0) <= maximumRows } ?? 24
        return (.none, shift)
    }

    /// The scores as whole 256ths of a bit.
    var quantized: ContextStatistics.Digit {
        .init(
            base: quantized(0),
            terms: resolutions.enumerated().map { index, resolution in
                .init(
                    source: resolution.source, nodeKind: resolution.nodeKind, shift: resolution.shift,
                    scores: quantized(index + 1))
            })
    }

    private func quantized(_ index: Int) -> [SIMD8<Int16>] {
        let limit = Float(DigitModel.largestScore)
        let scores = tables[index].scores
        return (0..<counts[index]).map { row in
            let bits = (scores[row] * (256 / Float(M_LN2))).rounded(.toNearestOrEven)
            return SIMD8<Int16>(
                bits.clamped(lowerBound: SIMD8(repeating: -limit), upperBound: SIMD8(repeating: limit)))
        }
    }
}
