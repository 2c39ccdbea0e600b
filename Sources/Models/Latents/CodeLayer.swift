/// One layer of codes: its latent grid and what a position chooses from.
package struct CodeLayer: Sendable, Hashable {
    /// Positions down, at least 1.
    package var height: Int
    /// Positions across, at least 1.
    package var width: Int
    /// The number of choices m at a position, 1 to ``maximumChoices``.
    package var choices: Int

    /// More choices than any layer has: 2²⁴, up to which a float counts exactly.
    package static let maximumChoices = 1 << 24

    /// Makes a layer.
    package init(height: Int, width: Int, choices: Int) {
        self.height = height
        self.width = width
        self.choices = choices
    }

    /// Positions of the grid.
    package var positions: Int { height * width }

    /// Bits of a code that is written without statistics: ⌈log₂ m⌉.
    package var bitsPerCode: Int { Int.bitWidth - (choices - 1).leadingZeroBitCount }
}
