/// What one series of a chart looks like: colour, dashes, marker and hatching.
///
/// The colours are those of Okabe and Ito, which people with any colour vision can tell apart, without their yellow,
/// which is too light for lines on white. Neighbours differ in lightness. The numbers of colours, dashes and markers
/// share no factor, so that two series look the same only from the 281st on, and without colour from the 41st.
struct SeriesStyle: Equatable {
    /// The colour, as in SVG.
    let colour: String
    /// Lengths of dashes and gaps in pixels; nil for an unbroken line.
    let dash: String?
    let marker: Marker
    let hatching: Hatching

    /// The style of a series by its place, the first one 0.
    init(index: Int) {
        colour = Self.colours[index % Self.colours.count]
        dash = Self.dashes[index % Self.dashes.count]
        marker = Marker.allCases[index % Marker.allCases.count]
        hatching = Hatching.allCases[index % Hatching.allCases.count]
    }

    /// Blue, orange, black, reddish purple, vermilion, sky blue, bluish green.
    static let colours = ["#0072b2", "#e69f00", "#000000", "#cc79a7", "#d55e00", "#56b4e9", "#009e73"]
    static let dashes: [String?] = [nil, "9 4", "2 3", "9 3 2 3", "16 4"]
}
