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

    /// What was found when the data set was opened.
    var summary: DatasetSummary { get }

    /// What tells these images from others, wherever they lie; takes a look at each file.
    ///
    /// - Throws: `DigestError`, `FileError`.
    func fingerprint() throws -> DatasetFingerprint
}

extension ImageDataset {
    /// What a data set does not promise is not relied on.
    public var isInMemory: Bool { false }

    /// Nothing but the number of images and the classes is known of a data set that does not say more.
    public var summary: DatasetSummary { DatasetSummary(images: [:], classNames: classNames) }

    /// Of names and labels alone, where the data set does not say more.
    ///
    /// - Throws: `DigestError`.
    public func fingerprint() throws -> DatasetFingerprint {
        var digest = try DatasetFingerprint.Digest(images: count)
        for index in 0..<count { try digest.add(name: name(at: index), size: label(at: index) ?? -1) }
        return try digest.finish()
    }
}
