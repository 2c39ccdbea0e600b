/// The greys and the sizes of text that all figures share.
///
/// Sizes are pixels at a width of 640; printed 16 cm wide, 13 pixels are 9 points.
enum Ink {
    static let text = "#1a1a1a"
    static let axis = "#444444"
    static let grid = "#d4d4d4"
    static let minorGrid = "#eeeeee"

    static let titleSize = 16.0
    static let labelSize = 14.0
    static let tickSize = 13.0
    /// From base line to base line, as a multiple of the size.
    static let leading = 1.25
}
