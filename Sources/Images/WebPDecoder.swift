import CWebP

/// Still WebP pictures by libwebp.
struct WebPDecoder {
    let bytes: [UInt8]
    let name: String

    func decode() throws -> DecodedPixels {
        guard bytes.count >= 20 else { throw damaged("it has \(bytes.count) bytes") }
        let size = (0..<4).reduce(0) { $0 | Int(bytes[4 + $1]) << (8 * $1) }
        guard size <= bytes.count - 8 else {
            throw damaged("the header gives \(size + 8) bytes and the file has \(bytes.count)")
        }
        var features = WebPBitstreamFeatures()
        guard WebPGetFeatures(bytes, bytes.count, &features) == VP8_STATUS_OK else {
            throw damaged("its header cannot be read")
        }
        guard features.has_animation == 0 else {
            throw ImageError.unsupported(name: name, format: .webP, reason: "it is an animation")
        }
        let (width, height) = (Int(features.width), Int(features.height))
        guard width > 0, height > 0 else { throw damaged("the header gives \(width)x\(height) pixels") }
        try PixelImage.checkSize(width: width, height: height, name: name)
        let channels = features.has_alpha != 0 ? 4 : 3
        let capacity = width * height * channels
        let pixels = try [UInt8](unsafeUninitializedCapacity: capacity) { target, filled in
            let stride = Int32(width * channels)
            let result =
                channels == 4
                ? WebPDecodeRGBAInto(bytes, bytes.count, target.baseAddress, capacity, stride)
                : WebPDecodeRGBInto(bytes, bytes.count, target.baseAddress, capacity, stride)
            guard result != nil else { throw damaged("its picture data cannot be decoded") }
            filled = capacity
        }
        return DecodedPixels(width: width, height: height, channels: channels, pixels: pixels)
    }

    private func damaged(_ reason: String) -> ImageError {
        .damaged(name: name, format: .webP, reason: reason)
    }
}
