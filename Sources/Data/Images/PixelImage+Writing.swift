import CJPEG
import CPNG
import Files
import Foundation

extension PixelImage {
    /// Writes the image as an 8-bit PNG file, whole or not at all.
    ///
    /// - Throws: `FileError.unwritable`, or ``ImageError/unencodable(format:reason:)``.
    public func writePNG(to path: String) throws {
        try AtomicFile.write(try pngData(), to: URL(fileURLWithPath: path))
    }

    /// The bytes of an 8-bit PNG file, grey or RGB.
    ///
    /// - Throws: ``ImageError/unencodable(format:reason:)`` with libpng's text.
    public func pngData() throws -> Data {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        image.width = UInt32(width)
        image.height = UInt32(height)
        image.format = channels == 3 ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0
        defer { png_image_free(&image) }
        // Deflate's bound for data that do not shrink, 12 bytes around each 8 KiB chunk, and the headers.
        let raw = (width * channels + 1) * height
        var size = raw + raw >> 10 + raw >> 9 + 4096
        var bytes = Data(count: size)
        let status = bytes.withUnsafeMutableBytes { target in
            png_image_write_to_memory(&image, target.baseAddress, &size, 0, pixels, Int32(width * channels), nil)
        }
        guard status != 0, size <= bytes.count else {
            throw ImageError.unencodable(format: .png, reason: PNGMessage.text(of: image))
        }
        return bytes.prefix(size)
    }

    /// Writes the image as a JPEG file (4:4:4 for colour), whole or not at all.
    ///
    /// - Parameters:
    ///   - path: The file; one that exists is replaced.
    ///   - quality: 1 to 100, libjpeg's scale.
    /// - Throws: `FileError.unwritable`, or ``ImageError``.
    public func writeJPEG(to path: String, quality: Int = 92) throws {
        try AtomicFile.write(try jpegData(quality: quality), to: URL(fileURLWithPath: path))
    }

    /// The bytes of a JPEG file.
    ///
    /// - Parameters:
    ///   - quality: 1 to 100, libjpeg's scale.
    ///   - subsampling: How many colour differences are kept; grey pictures have none.
    ///   - isProgressive: Coarse to fine, with Huffman tables made for the picture: the same pixels as without. Large
    ///     files get some percent smaller by it, very small ones larger.
    /// - Throws: ``ImageError/impossible(operation:reason:expected:)`` for another quality,
    ///   ``ImageError/unencodable(format:reason:)`` with libjpeg-turbo's text.
    package func jpegData(
        quality: Int = 92, subsampling: ChromaSubsampling = .yuv444, isProgressive: Bool = false
    ) throws -> Data {
        guard (1...100).contains(quality) else {
            throw ImageError.impossible(operation: "write a JPEG", reason: "quality \(quality)", expected: "1 to 100")
        }
        guard width <= 65_500, height <= 65_500 else {
            throw ImageError.unencodable(format: .jpeg, reason: "a side of \(max(width, height)) is over 65,500")
        }
        guard let handle = tjInitCompress() else {
            throw ImageError.unencodable(format: .jpeg, reason: "libjpeg-turbo could not start")
        }
        defer { tjDestroy(handle) }
        let sampling = Int32(channels == 3 ? subsampling.code.rawValue : TJSAMP_GRAY.rawValue)
        let format = Int32(channels == 3 ? TJPF_RGB.rawValue : TJPF_GRAY.rawValue)
        let flags = TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT | (isProgressive ? TJFLAG_PROGRESSIVE : 0)
        var size = tjBufSize(Int32(width), Int32(height), sampling)
        var bytes = [UInt8](repeating: 0, count: Int(size))
        let status = bytes.withUnsafeMutableBufferPointer { target in
            var start = target.baseAddress
            return tjCompress2(
                handle, pixels, Int32(width), 0, Int32(height), format, &start, &size, sampling, Int32(quality), flags)
        }
        guard status == 0 else {
            throw ImageError.unencodable(format: .jpeg, reason: String(cString: tjGetErrorStr2(handle)))
        }
        return Data(bytes.prefix(Int(size)))
    }
}

extension ChromaSubsampling {
    fileprivate var code: TJSAMP {
        switch self {
        case .yuv444: TJSAMP_444
        case .yuv422: TJSAMP_422
        case .yuv420: TJSAMP_420
        }
    }
}

/// The last message of libpng.
private enum PNGMessage {
    static func text(of image: png_image) -> String {
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
