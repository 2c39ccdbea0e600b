import Files

/// What can go wrong with a data set as a whole, as a sentence a person can act on.
///
/// Errors of one file are `FileError` (sizes, magic numbers, checksums) and `ImageError` (pictures).
public enum DatasetError: Error, Sendable, Equatable, CustomStringConvertible, WordedError {
    /// The folder is missing or lacks files; `expected` names them.
    case missing(folder: String, expected: [String], remedy: String)
    /// The folder holds no image for this split.
    case noImages(folder: String, split: Split, reason: String, leftOut: [String] = [])
    /// Folders that could be splits as well as classes, or splits of which there are two.
    case unclearFolders(folder: String, reason: String, remedy: String)
    /// Folders of test images that are no class of the training images.
    case unknownClasses(folder: String, names: [String], known: [String])
    /// Files of another data set than the one that was asked for.
    case otherKind(place: String, asked: String, found: String, kind: DatasetKind)
    /// Not one image decoded.
    case noneDecoded(seen: Int, examples: [SkippedImage])
    /// A data set of fixed shape was asked for another.
    case mismatchedShape(dataset: String, asked: ImageShape, natural: ImageShape)
    /// A setting out of its range.
    case invalidSetting(name: String, value: String, expected: String)
    /// More images than allowed did not decode.
    case tooManySkipped(bad: Int, seen: Int, limit: Double, examples: [SkippedImage])
    /// `BatchLoader.next()` after `BatchLoader.stop()`.
    case stopped

    /// What happened, where, what was expected, what to do.
    public var description: String { message.description }

    package var message: Message {
        switch self {
        case .missing(let folder, let expected, let remedy):
            return "\(name: folder): files are missing; expected \(Listing.text(expected)); \(name: remedy)"
        case .noImages(let folder, let split, let reason, let leftOut):
            return "\(name: folder): no image for the split '\(split.rawValue)': \(name: reason);"
                + " expected JPEG, PNG, WebP or PPM files, in folders or not"
                + (leftOut.isEmpty ? "" : " (left out: \(Listing.text(leftOut, separator: "; ")))")
        case .unclearFolders(let folder, let reason, let remedy):
            return "\(name: folder): splits and classes cannot be told apart: \(name: reason); \(name: remedy)"
        case .unknownClasses(let folder, let names, let known):
            return
                "\(name: folder): folders that are no class of the training images: \(Listing.text(names, limit: 5));"
                + " expected some of \(Listing.text(known, limit: 5)); rename or remove them, or put the images into the folder"
                + " itself to use them without labels"
        case .otherKind(let place, let asked, let found, let kind):
            return
                "\(name: place): holds \(found), and \(asked) was asked for; give its folder, or set data.kind=\(kind.rawValue)"
        case .noneDecoded(let seen, let examples):
            return "none of \(seen) images could be read:\n" + Self.list(examples)
        case .mismatchedShape(let dataset, let asked, let natural):
            return "\(name: dataset): images have the shape \(natural) and \(asked) was asked for;"
                + " set the shape to \(natural) or leave it out"
        case .invalidSetting(let name, let value, let expected):
            return "\(name: name) is \(name: value); expected \(expected)"
        case .tooManySkipped(let bad, let seen, let limit, let examples):
            return "\(bad) of \(seen) images could not be read, more than the allowed share of \(limit);"
                + " remove or replace them, or raise data.maximumSkippedShare. Among them:\n" + Self.list(examples)
        case .stopped:
            return "the loader was stopped; make a new one that starts at the step you need"
        }
    }

    private static func list(_ images: [SkippedImage]) -> Message {
        Listing.message(images.map { "  - \($0.reason)" }, separator: "\n")
    }
}
