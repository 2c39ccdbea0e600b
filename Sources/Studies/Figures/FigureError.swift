/// What keeps a figure from being drawn, as a sentence a person can act on.
///
/// Every case names the figure by its title.
package enum FigureError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The figure holds nothing at all.
    case empty(figure: String, expected: String)
    /// A series, or a panel, without a single finite point.
    case emptySeries(figure: String, series: String)
    /// Zero or a negative number on a logarithmic axis.
    case notPositive(figure: String, axis: String, series: String, value: Double)
    /// An axis that was given no length, or bounds that are not finite.
    case invalidRange(figure: String, axis: String, lower: Double, upper: Double)
    /// Values whose difference is more than a `Double` holds.
    case tooFarApart(figure: String, axis: String, lower: Double, upper: Double)
    /// A spread whose lower end is above its upper one, or that is negative.
    case invalidSpread(figure: String, series: String, lower: Double, upper: Double)
    /// A row of a table or a series of bars with too few or too many values.
    case wrongCount(figure: String, item: String, count: Int, expected: Int)
    /// A picture too small to hold its own labels, or too large to be looked at.
    case invalidSize(figure: String, width: Int, height: Int)
    /// Bytes that are not those of a PNG file.
    case notPNG(caption: String, reason: String)

    /// What happened, where, what was expected, what to do.
    package var description: String {
        switch self {
        case .empty(let figure, let expected):
            "figure '\(figure)': there is nothing to draw; expected \(expected)"
        case .emptySeries(let figure, let series):
            "figure '\(figure)': '\(series)' has no finite point; leave it out, or find out why its values are"
                + " missing, infinite or not numbers"
        case .notPositive(let figure, let axis, let series, let value):
            "figure '\(figure)': '\(series)' has the value \(value) on the logarithmic axis '\(axis)';"
                + " expected values above zero; leave the value out or make the axis linear"
        case .invalidRange(let figure, let axis, let lower, let upper):
            "figure '\(figure)': the axis '\(axis)' was told to go from \(lower) to \(upper); expected finite bounds"
                + " that differ, above zero on a logarithmic axis"
        case .tooFarApart(let figure, let axis, let lower, let upper):
            "figure '\(figure)': the values on the axis '\(axis)' go from \(lower) to \(upper), further than an axis"
                + " can; give it a range, or leave the largest values out"
        case .invalidSpread(let figure, let series, let lower, let upper):
            "figure '\(figure)': '\(series)' has a spread from \(lower) to \(upper); expected the lower end first"
        case .wrongCount(let figure, let item, let count, let expected):
            "figure '\(figure)': \(item) has \(count) values; expected \(expected)"
        case .invalidSize(let figure, let width, let height):
            "figure '\(figure)': its size is \(width) by \(height); expected 320 to 4096 by 240 to 4096"
        case .notPNG(let caption, let reason):
            "picture '\(caption)': the bytes are no PNG file: \(reason); expected a PNG file's whole content"
        }
    }
}
