import Images

/// A fixed, ordered collection of images of one shape, read one at a time from any thread.
public protocol ImageDataset: Sendable {
    /// The number of images, at least 1.
    var count: Int { get }
    /// The shape of every item.
    var shape: ImageShape { get }
    /// What the labels mean, by label; empty where images have no labels.
    var classNames: [String] { get }

    /// Whether all images lie in memory as they are given, so that reading one is a copy that cannot fail.
    var isInMemory: Bool { get }

    /// The class of an image, 0 ..< `classNames.count`, or `nil` where the data set has no labels.
    func label(at index: Int) -> Int?

    /// An image of ``shape``.
    ///
    /// - Parameters:
    ///   - index: 0 ..< ``count``.
    ///   - crop: Which part is taken where the stored picture is larger.
    /// - Throws: An error that names the image, when it does not decode.
    func item(at index: Int, crop: Crop) throws -> PixelImage

    /// What errors and reports call an image: its path, or file and number.
    func name(at index: Int) -> String
}

extension ImageDataset {
    /// What a data set does not promise is not relied on.
    public var isInMemory: Bool { false }
}
