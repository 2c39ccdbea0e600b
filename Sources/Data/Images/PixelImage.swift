import Files

/// An 8-bit picture in memory, grey or RGB.
///
/// `pixels` holds `height` rows of `width` pixels of `channels` bytes, interleaved ([H, W, C], row-major, the
/// layout of `numpy.asarray` on a Pillow image). Values are sRGB as stored in files, 0 to 255.
public struct PixelImage: Sendable, Equatable {
    /// Pixels in a row, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// 1 (grey) or 3 (red, green, blue).
    public let channels: Int
    /// The bytes in [H, W, C] order; `width * height * channels` of them.
    public let pixels: [UInt8]

    /// No picture of more pixels is decoded or made: the limit of Pillow's decompression bomb check
    /// (`2 * Image.MAX_IMAGE_PIXELS`, beyond which Pillow raises an error).
    package static let maximumPixels = 178_956_970

    /// An image of given pixels.
    ///
    /// - Throws: ``ImageError/mismatchedPixels(width:height:channels:bytes:)`` unless both sides are positive,
    ///   there are 1 or 3 channels, and the number of bytes is their product.
    public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) throws {
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0, channels == 1 || channels == 3, !overflow, area <= Int.max / 4,
            pixels.count == area * channels
        else {
            throw ImageError.mismatchedPixels(
                width: width, height: height, channels: channels, bytes: pixels.count)
        }
        self.init(trusted: pixels, width: width, height: height, channels: channels)
    }

    /// Pixels whose sizes the caller has computed itself.
    init(trusted pixels: [UInt8], width: Int, height: Int, channels: Int) {
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// Refuses sizes that no image here has or that do not fit into memory, before memory is taken for them.
    package static func checkSize(width: Int, height: Int, name: String) throws {
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, area <= maximumPixels else {
            throw ImageError.tooLarge(name: name, width: width, height: height)
        }
        // As decoders give it and as it is wanted: four bytes a pixel at most, and three.
        try MemoryLimit.require(
            ByteCount(area, 7), for: "\(name): a picture of \(width)x\(height) pixels", remedy: "scale it down")
    }
}
