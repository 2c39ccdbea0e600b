/// The file formats that ``PixelImage`` reads.
public enum ImageFormat: Sendable, CaseIterable {
    /// JPEG (ITU-T T.81), baseline or progressive.
    case jpeg
    /// Portable Network Graphics.
    case png
    /// WebP, lossy or lossless; of an animation the first frame.
    case webP
    /// Portable pixmaps and graymaps of bytes (`P6`, `P5`), which hold pixels as they are.
    case ppm

    /// What messages call it.
    package var name: String {
        switch self {
        case .jpeg: "JPEG"
        case .png: "PNG"
        case .webP: "WebP"
        case .ppm: "PPM"
        }
    }

    /// What files of it end with.
    package var fileExtension: String { self == .jpeg ? "jpg" : name.lowercased() }

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
        } else if bytes.count >= 3, bytes[0] == UInt8(ascii: "P"),
            bytes[1] == UInt8(ascii: "5") || bytes[1] == UInt8(ascii: "6"),
            PPMDecoder.isSpace(bytes[2]) || bytes[2] == UInt8(ascii: "#")
        {
            self = .ppm
        } else {
            return nil
        }
    }
}
