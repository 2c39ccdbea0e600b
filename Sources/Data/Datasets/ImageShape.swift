/// The sizes of every image of a data set.
public struct ImageShape: Sendable, Equatable, Hashable, Codable, CustomStringConvertible {
    /// 1 (grey) or 3 (RGB).
    public var channels: Int
    /// Rows.
    public var height: Int
    /// Pixels in a row.
    public var width: Int

    /// A shape; whoever takes it checks it.
    public init(channels: Int, height: Int, width: Int) {
        self.channels = channels
        self.height = height
        self.width = width
    }

    /// Bytes of one image.
    package var byteCount: Int { channels * height * width }

    /// The shape as people write it, such as `3x32x32`.
    public var description: String { "\(width)×\(height)×\(channels)" }

    /// Refuses shapes that no image has.
    func check(smallest: Int = 1) throws {
        guard channels == 1 || channels == 3, (smallest...16_384).contains(height),
            (smallest...16_384).contains(width)
        else {
            throw DatasetError.invalidSetting(
                name: "shape", value: description, expected: "1 or 3 channels and sides of \(smallest) to 16384")
        }
    }
}

/// The part of a data set that is learned from, and the part that is kept for measuring.
public enum Split: String, CaseIterable, Sendable, Codable {
    /// Images to learn from.
    case train
    /// Images to measure on.
    case test
}
