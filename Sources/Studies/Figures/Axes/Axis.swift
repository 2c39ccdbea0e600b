/// What one axis of a chart shows.
package struct Axis: Sendable, Equatable {
    /// How values become places on the axis.
    package enum Scale: Sendable, Equatable {
        /// Equal differences are equally far apart.
        case linear
        /// Equal ratios are equally far apart; values must be above zero.
        case logarithmic(base: Base)
    }

    /// The base of a logarithmic axis: the numbers that get a tick are its powers.
    package enum Base: Int, Sendable, Equatable, CaseIterable {
        /// For sizes that double: codewords, batch sizes, threads.
        case two = 2
        /// For everything else.
        case ten = 10
    }

    /// The quantity, such as "mean squared error".
    package var label: String
    /// Its unit, shown in parentheses behind the label; nil for plain numbers.
    package var unit: String?
    /// Linear or logarithmic.
    package var scale: Scale
    /// The two ends of the axis; nil for those of the data and a little room. What lies outside is not drawn.
    package var range: ClosedRange<Double>?

    /// Whether the quantity is counted, so that ticks between whole numbers would say nothing; linear axes only.
    package var isCount: Bool

    /// An axis.
    package init(
        _ label: String, unit: String? = nil, scale: Scale = .linear, range: ClosedRange<Double>? = nil,
        isCount: Bool = false
    ) {
        self.label = label
        self.unit = unit
        self.scale = scale
        self.range = range
        self.isCount = isCount
    }

    /// "label (unit)".
    var title: String { unit.map { $0.isEmpty ? label : "\(label) (\($0))" } ?? label }
}
