import Images

/// A way to turn an image into a file and back, at settings from the smallest files to the largest.
///
/// Rates are counted on what ``encode(_:setting:)`` gives, every byte of it.
package protocol ImageCodec {
    /// What tables and charts call it, such as "JPEG 4:2:0"; unique among codecs that are measured together.
    var name: String { get }
    /// What sentences call it and others of its kind together, such as "JPEG"; the model's name for models.
    var family: String { get }
    /// What it is, as a clause for people: program, settings that are not in ``settings``.
    var summary: String { get }
    /// Whether it is a trained model. Models are judged against the codecs that are none.
    var isModel: Bool { get }
    /// Whether every value comes back.
    var isLossless: Bool { get }
    /// Bytes that a reader needs beside the file, such as a model's weights; 0 for codecs that are everywhere.
    var sideBytes: Int { get }
    /// What each setting is called, such as "quality 10".
    var settings: [String] { get }

    /// The bytes of an image's file.
    ///
    /// - Parameters:
    ///   - image: The image.
    ///   - setting: The place of the setting in ``settings``.
    /// - Throws: What the codec throws, such as `ImageError`.
    func encode(_ image: PixelImage, setting: Int) throws -> [UInt8]

    /// The image in a file that ``encode(_:setting:)`` wrote, of the same size.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - setting: That of its writing.
    ///   - channels: 1 for grey, 3 for colour.
    /// - Throws: What the codec throws, such as `ImageError`.
    func decode(_ bytes: [UInt8], setting: Int, channels: Int) throws -> PixelImage
}

extension ImageCodec {
    /// False.
    package var isModel: Bool { false }
    /// False.
    package var isLossless: Bool { false }
    /// 0.
    package var sideBytes: Int { 0 }

    /// The image in a JPEG, PNG or WebP file.
    package func decode(_ bytes: [UInt8], setting: Int, channels: Int) throws -> PixelImage {
        try PixelImage.decode(bytes, channels: channels, name: name)
    }
}
