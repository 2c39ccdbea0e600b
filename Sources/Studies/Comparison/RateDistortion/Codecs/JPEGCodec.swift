import Images

/// JPEG by libjpeg-turbo.
///
/// A file is the smaller of a baseline and a progressive one, which hold the same pixels: the first is smaller for tiny
/// images, the second, whose Huffman tables are made for the image, for others.
package struct JPEGCodec: ImageCodec, Sendable {
    /// How many colour differences are kept; `nil` for grey images, which have none.
    package let subsampling: ChromaSubsampling?
    private let qualities: [Int]

    /// JPEG at qualities.
    package init(subsampling: ChromaSubsampling?, ladder: QualityLadder = .steps) {
        self.subsampling = subsampling
        qualities = ladder.qualities(from: 1)
    }

    /// "JPEG 4:2:0", "JPEG" for grey images.
    package var name: String { subsampling.map { "JPEG \($0.rawValue)" } ?? "JPEG" }
    /// "JPEG".
    package var family: String { "JPEG" }
    /// The encoder and what it was told.
    package var summary: String {
        "libjpeg-turbo, \(subsampling.map { "colour \($0.rawValue), " } ?? "")"
            + "the smaller of a baseline and a progressive file"
    }
    /// "quality 1" … "quality 100".
    package var settings: [String] { qualities.map { "quality \($0)" } }

    /// The bytes of the smaller file.
    ///
    /// - Throws: `ImageError.unencodable` for images too large for JPEG.
    package func encode(_ image: PixelImage, setting: Int) throws -> [UInt8] {
        let files = try [false, true].map {
            try image.jpegData(
                quality: qualities[setting], subsampling: subsampling ?? .yuv444, isProgressive: $0)
        }
        return [UInt8](files[1].count < files[0].count ? files[1] : files[0])
    }
}
