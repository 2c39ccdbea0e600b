import CImages

/// PNG by libpng's row interface.
///
/// Of its simplified interface, which reports errors by status, Debian 12's version reads every second row of an
/// interlaced 16-bit picture wrongly, and applies gamma, which Pillow does not.
struct PNGDecoder {
    let bytes: [UInt8]
    let name: String

    func decode() throws -> DecodedPixels {
        let chunks = try PNGChunks(bytes, name: name)
        return try bytes.withUnsafeBufferPointer { file in
            guard let reader = ci_png_open(file.baseAddress, file.count) else { throw noMemory }
            defer { ci_png_close(reader) }
            var (width, height, channels) = (UInt32(0), UInt32(0), Int32(0))
            try check(ci_png_header(reader, &width, &height, &channels), reader)
            guard Int(width) == chunks.width, Int(height) == chunks.height, (1...4).contains(channels) else {
                throw ImageError.damaged(name: name, format: .png, reason: "its header stands twice")
            }
            let capacity = chunks.width * chunks.height * Int(channels)
            let pixels = try [UInt8](unsafeUninitializedCapacity: capacity) { target, filled in
                try check(ci_png_pixels(reader, target.baseAddress), reader)
                filled = capacity
            }
            return DecodedPixels(
                width: chunks.width, height: chunks.height, channels: Int(channels), pixels: pixels
            ).upright(chunks.metadata.orientation)
        }
    }

    private func check(_ status: Int32, _ reader: OpaquePointer) throws {
        switch Int(status) {
        case CI_OK: return
        case CI_NO_MEMORY: throw noMemory
        default:
            throw ImageError.damaged(name: name, format: .png, reason: String(cString: ci_png_message(reader)))
        }
    }

    private var noMemory: ImageError {
        .unsupported(name: name, format: .png, reason: "there is not enough memory for it")
    }
}
