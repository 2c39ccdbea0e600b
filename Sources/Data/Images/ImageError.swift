import Files

/// What can go wrong with a picture, as a sentence a person can act on.
///
/// `name` is the path of the file, or what the caller named the bytes.
public enum ImageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The first bytes are those of no format that is read here (an empty file included).
    case unknownFormat(name: String, reason: String)
    /// The format is known and the content is cut off or breaks its rules.
    case damaged(name: String, format: ImageFormat, reason: String)
    /// The file may be fine and uses a part of its format that is not read here.
    case unsupported(name: String, format: ImageFormat, reason: String)
    /// The header gives more pixels than `PixelImage.maximumPixels`; no memory was taken.
    case tooLarge(name: String, width: Int, height: Int)
    /// Sizes and pixels of an image do not belong together.
    case mismatchedPixels(width: Int, height: Int, channels: Int, bytes: Int)
    /// An operation was asked for sizes that it cannot give.
    case impossible(operation: String, reason: String, expected: String)
    /// A picture could not be turned into a file's bytes.
    case unencodable(format: ImageFormat, reason: String)

    /// One sentence: what, where, what was expected, what to do.
    public var description: String {
        switch self {
        case .unknownFormat(let name, let reason):
            "\(name: name): not an image that can be read: \(reason); expected a JPEG, PNG, WebP or PPM file"
        case .damaged(let name, let format, let reason):
            "\(name: name): truncated or damaged \(format.name): \(reason);"
                + " expected a whole file, so fetch or export it again"
        case .unsupported(let name, let format, let reason):
            "\(name: name): this \(format.name) cannot be read: \(reason); save it again as a plain RGB PNG or JPEG"
        case .tooLarge(let name, let width, let height):
            "\(name: name): the header gives \(width)x\(height) pixels;"
                + " expected at most \(PixelImage.maximumPixels) in all, so scale the picture down"
        case .mismatchedPixels(let width, let height, let channels, let bytes):
            "an image of \(width)x\(height) pixels, \(channels) channels and \(bytes) bytes;"
                + " expected positive sides, 1 or 3 channels, and width * height * channels bytes"
        case .impossible(let operation, let reason, let expected):
            "cannot \(operation): \(reason); expected \(expected)"
        case .unencodable(let format, let reason): "the picture cannot be written as \(format.name): \(reason)"
        }
    }
}
