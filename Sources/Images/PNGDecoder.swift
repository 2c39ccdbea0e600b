import CPNG

/// PNG by libpng's simplified interface, which reports errors by status: no C jump ever crosses a Swift frame.
struct PNGDecoder {
    let bytes: [UInt8]
    let name: String

    func decode() throws -> DecodedPixels {
        let chunks = try PNGChunks(bytes, name: name)
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        return try bytes.withUnsafeBytes { file in
            guard png_image_begin_read_from_memory(&image, file.baseAddress, file.count) != 0 else {
                throw damaged(image)
            }
            guard Int(image.width) == chunks.width, Int(image.height) == chunks.height else {
                throw ImageError.damaged(name: name, format: .png, reason: "its header stands twice")
            }
            // 16-bit samples without a gamma are taken as sRGB, as Pillow and browsers do.
            image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
            // Colour and alpha as in the file; 8-bit sRGB whatever its depth and palette.
            image.format &= UInt32(PNG_FORMAT_FLAG_COLOR) | UInt32(PNG_FORMAT_FLAG_ALPHA)
            let channels =
                (image.format & UInt32(PNG_FORMAT_FLAG_COLOR) != 0 ? 3 : 1)
                + (image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0 ? 1 : 0)
            let (width, height) = (chunks.width, chunks.height)
            let pixels = try [UInt8](unsafeUninitializedCapacity: width * height * channels) { target, filled in
                guard
                    png_image_finish_read(&image, nil, target.baseAddress, Int32(width * channels), nil) != 0
                else { throw damaged(image) }
                filled = width * height * channels
            }
            return DecodedPixels(width: width, height: height, channels: channels, pixels: pixels)
        }
    }

    private func damaged(_ image: png_image) -> ImageError {
        .damaged(name: name, format: .png, reason: PNGMessage.text(of: image))
    }
}

/// The last message of libpng.
enum PNGMessage {
    static func text(of image: png_image) -> String {
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
