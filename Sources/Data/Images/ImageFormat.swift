/// The file formats that ``PixelImage`` reads.
public enum ImageFormat: String, Sendable, CaseIterable {
    /// JPEG (ITU-T T.81), baseline or progressive.
    case jpeg = "JPEG"
    /// Portable Network Graphics.
    case png = "PNG"
    /// WebP, lossy or lossless; of an animation the first frame.
    case webP = "WebP"

    /// The format that the first bytes of a file announce, or `nil`; the file's name plays no part.
    package init?(magic bytes: [UInt8]) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.count >= 12, bytes.starts(with: Array("RIFF".utf8)),
            bytes[8..<12].elementsEqual("WEBP".utf8)
        {
            self = .webP
        } else {
            return nil
        }
    }
}
