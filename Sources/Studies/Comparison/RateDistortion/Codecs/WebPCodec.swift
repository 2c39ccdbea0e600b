import Images

/// Lossy WebP by libwebp, at its greatest effort.
public struct WebPCodec: ImageCodec, Sendable {
    private let qualities: [Int]

    /// WebP at qualities.
    public init(ladder: QualityLadder = .steps) { qualities = ladder.qualities(from: 0) }

    /// "WebP".
    public var name: String { "WebP" }
    /// "WebP".
    public var family: String { "WebP" }
    /// The encoder and what it was told.
    public var summary: String { "libwebp, lossy (its colour is always 4:2:0), method 6 of 6" }
    /// "quality 0" … "quality 100".
    public var settings: [String] { qualities.map { "quality \($0)" } }

    /// The file's bytes.
    ///
    /// - Throws: `ImageError.unencodable` for images too large for WebP.
    public func encode(_ image: PixelImage, setting: Int) throws -> [UInt8] {
        [UInt8](try image.webPData(quality: qualities[setting], effort: 6))
    }
}

/// Lossless WebP by libwebp: one point, for the scale.
public struct LosslessWebPCodec: ImageCodec, Sendable {
    /// The codec.
    public init() {}

    /// "WebP lossless".
    public var name: String { "WebP lossless" }
    /// "WebP".
    public var family: String { "WebP" }
    /// The encoder and what it was told.
    public var summary: String { "libwebp, lossless, level 6 of 9" }
    /// True.
    public var isLossless: Bool { true }
    /// "lossless".
    public var settings: [String] { ["lossless"] }

    /// The file's bytes.
    ///
    /// - Throws: `ImageError.unencodable` for images too large for WebP.
    public func encode(_ image: PixelImage, setting: Int) throws -> [UInt8] { [UInt8](try image.losslessWebPData()) }
}
