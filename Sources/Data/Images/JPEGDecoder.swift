import CImages

/// JPEG by libjpeg-turbo.
package struct JPEGDecoder {
    let bytes: [UInt8]
    let name: String
    /// The size that the picture will be scaled to cover, where that is known.
    var target: (width: Int, height: Int)?

    package init(bytes: [UInt8], name: String, target: (width: Int, height: Int)? = nil) {
        self.bytes = bytes
        self.name = name
        self.target = target
    }

    /// Decodes the pixels.
    func decode() throws -> DecodedPixels { try withReader(decode) }

    /// What the segments before the pixels say.
    ///
    /// - Throws: ``ImageError``.
    package func metadata() throws -> PictureMetadata {
        try withReader { reader in
            _ = try header(reader)
            return metadata(reader)
        }
    }

    private func withReader<Result>(_ body: (OpaquePointer) throws -> Result) throws -> Result {
        try bytes.withUnsafeBufferPointer { file in
            guard let reader = ci_jpeg_open(file.baseAddress, file.count) else { throw noMemory }
            defer { ci_jpeg_close(reader) }
            return try body(reader)
        }
    }

    private func header(_ reader: OpaquePointer) throws -> (width: Int32, height: Int32, channels: Int32) {
        var (width, height, channels) = (Int32(0), Int32(0), Int32(0))
        try check(ci_jpeg_header(reader, &width, &height, &channels), reader)
        try PixelImage.checkSize(width: Int(width), height: Int(height), name: name)
        return (width, height, channels)
    }

    private func decode(_ reader: OpaquePointer) throws -> DecodedPixels {
        var (width, height, channels) = try header(reader)
        let orientation = metadata(reader).orientation
        let whole = orientation.turned(width: Int(width), height: Int(height))
        let factor = reduction(of: whole)
        let (wholeWidth, wholeHeight) = (width, height)
        try check(ci_jpeg_start(reader, factor, &width, &height), reader)
        let capacity = Int(width) * Int(height) * Int(channels)
        var pixels = try [UInt8](unsafeUninitializedCapacity: capacity) { target, filled in
            try check(ci_jpeg_pixels(reader, target.baseAddress), reader)
            filled = capacity
        }
        if channels == 4 { pixels = InkConversion.rgb(invertedCMYK: pixels) }
        var decoded = DecodedPixels(
            width: Int(width), height: Int(height), channels: channels == 1 ? 1 : 3, pixels: pixels
        ).upright(orientation)
        // Of a lossless JPEG the library gives all pixels, whatever size it is asked for.
        if width != wholeWidth || height != wholeHeight {
            decoded.reduction = Reduction(
                of: whole, to: (decoded.width, decoded.height), by: Int(factor), orientation)
        }
        return decoded
    }

    /// EXIF and XMP. EXIF of more than a segment's 64 KiB goes on in the next one, so that of two EXIF blocks the first
    /// counts; of two XMP packets, the last.
    private func metadata(_ reader: OpaquePointer) -> PictureMetadata {
        let (exif, xmp) = (Array("Exif\0\0".utf8), Array("http://ns.adobe.com/xap/1.0/\0".utf8))
        var metadata = PictureMetadata()
        var count = 0
        while let start = ci_jpeg_next_segment(reader, &count) {
            let segment = UnsafeBufferPointer(start: start, count: count)
            if segment.starts(with: exif) {
                if metadata.exif == nil { metadata.exif = [] }
                metadata.exif?.append(contentsOf: segment.dropFirst(exif.count))
            } else if segment.starts(with: xmp) {
                metadata.xmp = Array(segment.dropFirst(xmp.count))
            }
        }
        return metadata
    }

    /// By how much the decoder may shrink the picture: a half, a quarter or an eighth come from the coefficients alone,
    /// at a fraction of the time. What is left is at least twice as large as it must be, so that the filter that does
    /// the rest still decides what it looks like: the rule of Pillow's `Image.thumbnail`, with its `reducing_gap` of 2.
    private func reduction(of size: (width: Int, height: Int)) -> Int32 {
        guard let target else { return 1 }
        return [8, 4, 2].first {
            size.width / Int($0) / 2 >= target.width && size.height / Int($0) / 2 >= target.height
        } ?? 1
    }

    private func check(_ status: Int32, _ reader: OpaquePointer) throws {
        let reason = String(cString: ci_jpeg_message(reader))
        switch Int(status) {
        case CI_OK: return
        case CI_NO_MEMORY: throw noMemory
        case CI_UNSUPPORTED: throw ImageError.unsupported(name: name, format: .jpeg, reason: reason)
        default: throw ImageError.damaged(name: name, format: .jpeg, reason: reason)
        }
    }

    private var noMemory: ImageError {
        .unsupported(name: name, format: .jpeg, reason: "there is not enough memory for it")
    }
}
