import Foundation

/// How often each codeword of each layer was chosen.
public struct CodebookUsage: Sendable, Equatable {
    /// How well the codewords of a layer are used.
    public struct Layer: Sendable, Equatable, Codable {
        /// Codewords in the layer.
        public let codewords: Int
        /// Codewords chosen at least once.
        public let used: Int
        /// used / codewords, in [0, 1].
        public let share: Double
        /// exp(−Σ p ln p) of the shares p of all choices: from 1, where one codeword takes all, to `codewords`, where
        /// all are chosen equally often; 0 where nothing was counted.
        public let perplexity: Double

        /// Holds the numbers of a layer.
        package init(codewords: Int, used: Int, perplexity: Double) {
            self.codewords = codewords
            self.used = used
            self.share = codewords > 0 ? Double(used) / Double(codewords) : 0
            self.perplexity = perplexity
        }
    }

    /// The choices of each codeword of each layer.
    package private(set) var counts: [[Int]]

    /// Counts of zero.
    ///
    /// - Parameter codewords: The number of codewords of each layer: m, m², ….
    package init(codewords: [Int]) {
        counts = codewords.map { [Int](repeating: 0, count: max($0, 0)) }
    }

    /// Counts that were made elsewhere.
    ///
    /// - Parameter counts: The choices of each codeword of each layer, none negative.
    package init(counts: [[Int]]) { self.counts = counts }

    /// Counts choices of one layer.
    ///
    /// - Parameters:
    ///   - indices: Absolute codeword indices, in 0 ..< codewords, in any order.
    ///   - layer: The layer, the first one 0.
    /// - Throws: ``MetricsError/unknownLayer(layer:layers:)``,
    ///   ``MetricsError/unknownCodeword(index:layer:codewords:)``; the counts are unchanged then.
    package mutating func add(_ indices: [Int32], layer: Int) throws {
        guard counts.indices.contains(layer) else {
            throw MetricsError.unknownLayer(layer: layer, layers: counts.count)
        }
        let codewords = counts[layer].count
        if let wrong = indices.first(where: { $0 < 0 || Int($0) >= codewords }) {
            throw MetricsError.unknownCodeword(index: Int(wrong), layer: layer, codewords: codewords)
        }
        counts[layer].withUnsafeMutableBufferPointer { counts in
            for index in indices { counts[Int(index)] += 1 }
        }
    }

    /// Adds the counts of another, as of another thread or machine.
    ///
    /// - Throws: ``MetricsError/differentCodebooks(mine:theirs:)``.
    package mutating func merge(_ other: CodebookUsage) throws {
        guard counts.map(\.count) == other.counts.map(\.count) else {
            throw MetricsError.differentCodebooks(mine: counts.map(\.count), theirs: other.counts.map(\.count))
        }
        for layer in counts.indices {
            for index in counts[layer].indices { counts[layer][index] += other.counts[layer][index] }
        }
    }

    /// Sets all counts to zero.
    package mutating func reset() { self = CodebookUsage(codewords: counts.map(\.count)) }

    /// Sets the counts of a layer to zero.
    package mutating func reset(layer: Int) { counts[layer] = [Int](repeating: 0, count: counts[layer].count) }

    /// The numbers of each layer.
    package var layers: [Layer] {
        counts.map { counts in
            Layer(
                codewords: counts.count, used: counts.count { $0 > 0 }, perplexity: Self.perplexity(counts))
        }
    }

    /// exp of the entropy, in nats, of the distribution that counts give; 0 where all are zero.
    package static func perplexity(_ counts: [Int]) -> Double {
        let total = counts.reduce(0, +)
        guard total > 0 else { return 0 }
        let entropy = counts.reduce(0.0) { sum, count in
            guard count > 0 else { return sum }
            let share = Double(count) / Double(total)
            return sum - share * log(share)
        }
        return exp(entropy)
    }
}
