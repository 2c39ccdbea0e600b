import Files

/// What the codes of a model are like, as integers: the probabilities of ``CodingMode/modelled``.
///
/// A code is written as digits in base 8, the most significant first. The distribution of a digit is
///
///     p(v) ∝ 2^(s_v / 256),   s = base[node] + Σ_t scores_t[node or prefix or nothing, symbol_t]
///
/// where the node is the parent (the absolute codeword number in the layer before at the same place) with the digits
/// before this one, and the symbols are absolute codeword numbers of neighbours that are known already. This is a
/// multinomial logistic regression on one-hot neighbours; the scores are whole numbers, so that every machine computes
/// the same probabilities. Statistics do not depend on the sizes of grids.
package struct ContextStatistics: Sendable, Equatable {
    /// The neighbours that a table can look at.
    package enum Source: Int, Sendable, CaseIterable {
        /// The position before this one in its row.
        case west
        /// The position above.
        case north
        /// The position before that above.
        case northWest
        /// The position after that above.
        case northEast
        /// In the layer before: the position after the one at the same place.
        case earlierEast
        /// In the layer before: the position below the one at the same place.
        case earlierSouth

        /// Whether it looks at the layer before, which the first layer has not.
        var isEarlier: Bool { self == .earlierEast || self == .earlierSouth }
    }

    /// What of a node a table tells apart.
    package enum NodeKind: Int, Sendable, CaseIterable {
        /// Nothing.
        case none
        /// The digits of the same code that are known.
        case prefix
        /// These and the parent.
        case parentAndPrefix
    }

    /// A table of scores.
    package struct Term: Sendable, Equatable {
        /// The neighbour.
        package var source: Source
        /// What of the node.
        package var nodeKind: NodeKind
        /// A neighbour's number, plus one and 0 outside of the picture, loses so many of its lowest bits.
        package var shift: Int
        /// Scores [nodes, symbols, 8] in 256ths of a bit, between −4095 and 4095.
        package var scores: [SIMD8<Int16>]

        /// Makes a table.
        package init(source: Source, nodeKind: NodeKind, shift: Int, scores: [SIMD8<Int16>]) {
            self.source = source
            self.nodeKind = nodeKind
            self.shift = shift
            self.scores = scores
        }
    }

    /// The model of a digit.
    package struct Digit: Sendable, Equatable {
        /// Scores [nodes, 8] that depend on the node alone.
        package var base: [SIMD8<Int16>]
        /// What neighbours add.
        package var terms: [Term]

        /// Makes the model of a digit.
        package init(base: [SIMD8<Int16>], terms: [Term]) {
            self.base = base
            self.terms = terms
        }
    }

    /// The model of a layer's codes.
    package struct Layer: Sendable, Equatable {
        /// The number of choices, m.
        package var choices: Int
        /// The digits of a code, the most significant first; none where there is one choice.
        package var digits: [Digit]

        /// Makes the model of a layer.
        package init(choices: Int, digits: [Digit]) {
            self.choices = choices
            self.digits = digits
        }
    }

    /// The model whose codes these are.
    package let model: Fingerprint
    /// Whether a code names a child of the codeword of the layer before.
    package let isHierarchical: Bool
    /// After a digit, its base scores move by (1 − p) or −p in 65,536ths, shifted down by so many bits; 0 for never.
    package let adaptation: Int
    /// The layers.
    package let layers: [Layer]
    let computed = ComputedFingerprint()

    /// Collects tables.
    ///
    /// - Throws: ``StatisticsError`` where sizes or scores are others than layers of these choices have: coding reads
    ///   the tables without looking at their sizes again.
    package init(model: Fingerprint, isHierarchical: Bool, adaptation: Int, layers: [Layer]) throws {
        self.init(checked: model, isHierarchical: isHierarchical, adaptation: adaptation, layers: layers)
        if let complaint { throw StatisticsError(reason: complaint) }
    }

    /// Collects tables that were made to fit.
    init(checked model: Fingerprint, isHierarchical: Bool, adaptation: Int, layers: [Layer]) {
        self.model = model
        self.isHierarchical = isHierarchical
        self.adaptation = adaptation
        self.layers = layers
    }

    /// The same tables with another adaptation.
    func adapting(by adaptation: Int) -> ContextStatistics {
        ContextStatistics(checked: model, isHierarchical: isHierarchical, adaptation: adaptation, layers: layers)
    }
}

/// Tables that are no statistics of any codes.
package struct StatisticsError: WordedError, Sendable, Equatable {
    /// What is wrong.
    package var reason: String

    package var description: String { message.description }

    package var message: Message {
        "these are no statistics of codes: \(reason); make them with \(phrase: .entropyTraining)"
    }
}

extension ContextStatistics {
    /// Bits that codes take under these statistics, layer by layer: Σ −log₂ p, which coding comes close to.
    ///
    /// - Precondition: The codes have these choices.
    package func bits(of codes: LayeredCodes) -> [Double] {
        ModelledCoding.cost(codes, self)
    }
}
