import Foundation

/// The two ends of an axis, and where between them a value stands.
struct AxisDomain: Equatable {
    let scale: Axis.Scale
    let lower: Double
    let upper: Double
    /// Whether ticks stand at whole numbers alone.
    let isCount: Bool

    /// Narrower axes cannot be told apart from one value: a `Double` has 16 digits.
    private static let smallestRelativeSpan = 1e-12
    private static let smallestSpan = 1e-290

    /// An axis whose ends are known to be in order.
    init(scale: Axis.Scale, lower: Double, upper: Double, isCount: Bool = false) {
        self.isCount = isCount
        self.scale = scale
        self.lower = lower
        self.upper = upper
    }

    /// The axis's own range, or that of the values and some room around them.
    ///
    /// Room never reaches below zero where no value does. Equal values stand in the middle.
    ///
    /// - Parameters:
    ///   - values: Finite values, above zero on a logarithmic axis.
    ///   - room: The share of the range that is added at each end.
    /// - Throws: ``FigureError/invalidRange(figure:axis:lower:upper:)``,
    ///   ``FigureError/tooFarApart(figure:axis:lower:upper:)``, ``FigureError/empty(figure:expected:)``.
    init(_ axis: Axis, values: some Sequence<Double>, room: Double, figure: String) throws {
        if let range = axis.range {
            let (lower, upper) = (range.lowerBound, range.upperBound)
            guard (upper - lower).isFinite, !Self.isNarrow(lower, upper), axis.scale == .linear || lower > 0 else {
                throw FigureError.invalidRange(figure: figure, axis: axis.label, lower: lower, upper: upper)
            }
            self.init(scale: axis.scale, lower: lower, upper: upper, isCount: axis.isCount)
            return
        }
        var ends: (lower: Double, upper: Double)?
        for value in values {
            ends = ends.map { (min($0.lower, value), max($0.upper, value)) } ?? (value, value)
        }
        guard let ends else { throw FigureError.empty(figure: figure, expected: "finite values") }
        let (lower, upper) = Self.widened(ends.lower, ends.upper, scale: axis.scale, room: room)
        guard (upper - lower).isFinite, axis.scale == .linear || lower > 0 else {
            throw FigureError.tooFarApart(figure: figure, axis: axis.label, lower: ends.lower, upper: ends.upper)
        }
        self.init(scale: axis.scale, lower: lower, upper: upper, isCount: axis.isCount)
    }

    /// The place of a value: 0 at the lower end, 1 at the upper one.
    func fraction(_ value: Double) -> Double {
        switch scale {
        case .linear: (value - lower) / (upper - lower)
        case .logarithmic: value > 0 ? log(value / lower) / log(upper / lower) : -.infinity
        }
    }

    private static func isNarrow(_ lower: Double, _ upper: Double) -> Bool {
        upper - lower < max(smallestSpan, smallestRelativeSpan * max(abs(lower), abs(upper)))
    }

    private static func widened(
        _ lower: Double, _ upper: Double, scale: Axis.Scale, room: Double
    ) -> (Double, Double) {
        switch scale {
        case .linear:
            if isNarrow(lower, upper) {
                let half = max(abs(lower), abs(upper)) * 0.1
                return half < smallestSpan ? (lower - 1, upper + 1) : (lower - half, upper + half)
            }
            let margin = (upper - lower) * room
            return (
                lower >= 0 ? max(lower - margin, 0) : lower - margin,
                upper <= 0 ? min(upper + margin, 0) : upper + margin
            )
        case .logarithmic(let base):
            if isNarrow(lower, upper) {
                let factor = Double(base.rawValue).squareRoot()
                return (lower / factor, upper * factor)
            }
            let factor = exp((log(upper) - log(lower)) * room)
            return (lower / factor, upper * factor)
        }
    }
}
