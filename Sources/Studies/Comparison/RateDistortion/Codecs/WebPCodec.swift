import Images

/// Lossy WebP by libwebp, at its greatest effort.
package struct WebPCodec: ImageCodec, Sendable {
    private let qualities: [Int]

    /// WebP at qualities.
    package init(ladder: QualityLadder = .steps) { qualities = ladder.qualities(from: 0) }

    /// "WebP".
    package var name: String { "WebP" }
    /// "WebP".
    package var family: String { "WebP" }
    /// The encoder and what it was told.
    package var summary: String { "libwebp, lossy (its colour is always 4:2:0), method 6 of 6" }
    /// "quality 0" … "quality 100".
    package var settings: [String] { qualities.map { "quality \($0)" } }

    /// The file's bytes.
    ///
    /// - Throws: `ImageError.unencodable` for images too large for WebP.
    package func encode(_ image: PixelImage, setting: Int) throws -> [UInt8] {
        [UInt8](try image.webPData(quality: qualities[setting], effort: 6))
    }
}

/// Lossless WebP by libwebp: one point, for the scale.
package struct LosslessWebPCodec: ImageCodec, Sendable {
    /// The codec.
    package init() {}

    /// "WebP lossless".
    package var name: String { "WebP lossless" }
    /// "WebP".
    package var family: String { "WebP" }
    /// The encoder and what it was told.
    package var summary: String { "libwebp, lossless, level 6 of 9" }
    /// True.
    package var isLossless: Bool { true }
    /// "lossless".
    package var settings: [String] { ["lossless"] }

    /// The file's bytes.
    ///
    /// - Throws: `ImageError.unencodable` for images too large for WebP.
    package func encode(_ image: PixelImage, setting: Int) throws -> [UInt8] { [UInt8](try image.losslessWebPData()) }
}
