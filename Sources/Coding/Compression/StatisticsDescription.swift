import Bitstream
import Files

/// What statistics of codes are made of, as `hrvq inspect` shows them.
package struct StatisticsDescription: Codable, Sendable, Equatable {
    /// A layer's tables.
    package struct Layer: Codable, Sendable, Equatable {
        /// The codebook size, m.
        package var choices: Int
        /// Digits of a code in base 8.
        package var digits: Int
        /// Tables of all digits.
        package var tables: Int
        /// Scores in them.
        package var scores: Int
    }

    /// The start of the model's fingerprint.
    package var model: String
    /// The start of the statistics' own.
    package var fingerprint: String
    /// Whether a code names a child of the codeword of the layer before.
    package var isHierarchical: Bool
    /// How fast files adapt the tables; 0 for never.
    package var adaptation: Int
    /// The layers.
    package var layers: [Layer]

    /// Describes statistics.
    package init(_ statistics: ContextStatistics, fingerprint: String) {
        model = statistics.model.description
        self.fingerprint = fingerprint
        isHierarchical = statistics.isHierarchical
        adaptation = statistics.adaptation
        layers = statistics.layers.map { layer in
            Layer(
                choices: layer.choices, digits: layer.digits.count,
                tables: layer.digits.reduce(0) { $0 + 1 + $1.terms.count },
                scores: layer.digits.reduce(0) { sum, digit in
                    sum + digit.terms.reduce(digit.base.count) { $0 + $1.scores.count } * 8
                })
        }
    }

    /// Lines for people.
    package var text: String {
        func line(_ label: String, _ value: String) -> String { LabelledLine.text(label, value) }
        return
            ([
                line("statistics", fingerprint), line("of the model", model),
                line("kind", isHierarchical ? "of a hierarchy of codebooks" : "of flat codebooks"),
                line("adaptation", adaptation == 0 ? "none" : "\(adaptation)"),
            ]
            + layers.enumerated().map { index, layer in
                line(
                    "layer \(index + 1)",
                    "codebook size \(layer.choices), \(layer.digits) digits, \(layer.tables) tables of \(layer.scores) scores"
                )
            }).joined(separator: "\n")
    }
}
