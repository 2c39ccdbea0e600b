import Foundation

/// Lines of descriptions and reports: a label, and the value in a column of its own.
package enum LabelledLine {
    /// A line. What labels and values hold of control characters is escaped, as many of them come from files.
    ///
    /// - Parameters:
    ///   - label: What the value is; a long one moves the value to the right.
    ///   - value: The value, as text.
    ///   - column: Where values begin.
    package static func text(_ label: String, _ value: String, column: Int = 22) -> String {
        let label = TerminalText.name(label)
        return label.padding(toLength: max(column, label.count + 1), withPad: " ", startingAt: 0)
            + TerminalText.name(value)
    }
}
