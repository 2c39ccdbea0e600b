/// The images of a data set that a command goes through.
public enum DatasetPart: String, CaseIterable, Sendable, Codable {
    /// Images to learn from.
    case train
    /// Images to measure on.
    case test
    /// Both: the images to learn from, then those to measure on.
    case all

    /// The one split that it is; `nil` for ``all``.
    package var split: Split? { Split(rawValue: rawValue) }
}
