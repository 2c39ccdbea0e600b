import CWebP

/// WebP by libwebp; of an animation the first frame.
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
        let (width, height) = (Int(features.width), Int(features.height))
        guard width > 0, height > 0 else { throw damaged("the header gives \(width)x\(height) pixels") }
        try PixelImage.checkSize(width: width, height: height, name: name)
        let (metadata, hasAlpha) = container()
        let decoded =
            try features.has_animation != 0
            ? firstFrame(width: width, height: height, channels: hasAlpha ? 4 : 3)
            : still(width: width, height: height, channels: features.has_alpha != 0 ? 4 : 3)
        return decoded.upright(metadata.orientation)
    }

    private func still(width: Int, height: Int, channels: Int) throws -> DecodedPixels {
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

    /// The whole canvas with the first frame on it: transparent where the frame does not cover it, black where the
    /// animation has no transparency.
    private func firstFrame(width: Int, height: Int, channels: Int) throws -> DecodedPixels {
        try bytes.withUnsafeBufferPointer { file in
            var data = WebPData(bytes: file.baseAddress, size: file.count)
            var options = WebPAnimDecoderOptions()
            guard WebPAnimDecoderOptionsInit(&options) != 0 else { throw damaged("its frames cannot be read") }
            options.color_mode = MODE_RGBA
            guard let decoder = WebPAnimDecoderNew(&data, &options) else { throw damaged("its frames cannot be read") }
            defer { WebPAnimDecoderDelete(decoder) }
            var information = WebPAnimInfo()
            var frame: UnsafeMutablePointer<UInt8>?
            var time: Int32 = 0
            guard WebPAnimDecoderGetInfo(decoder, &information) != 0, Int(information.canvas_width) == width,
                Int(information.canvas_height) == height, WebPAnimDecoderGetNext(decoder, &frame, &time) != 0, let frame
            else { throw damaged("its first frame cannot be decoded") }
            let canvas = UnsafeBufferPointer(start: frame, count: width * height * 4)
            let pixels = channels == 4 ? Array(canvas) : Self.withoutAlpha(canvas)
            return DecodedPixels(width: width, height: height, channels: channels, pixels: pixels)
        }
    }

    /// The first three of every four bytes.
    private static func withoutAlpha(_ canvas: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let count = canvas.count / 4
        return [UInt8](unsafeUninitializedCapacity: 3 * count) { target, filled in
            for pixel in 0..<count {
                for channel in 0..<3 { target[3 * pixel + channel] = canvas[4 * pixel + channel] }
            }
            filled = 3 * count
        }
    }

    /// The metadata, and whether the file says that it has transparency.
    private func container() -> (PictureMetadata, hasAlpha: Bool) {
        bytes.withUnsafeBufferPointer { file in
            var data = WebPData(bytes: file.baseAddress, size: file.count)
            guard let container = WebPDemux(&data) else { return (PictureMetadata(), false) }
            defer { WebPDemuxDelete(container) }
            func chunk(_ name: String) -> [UInt8]? {
                var position = WebPChunkIterator()
                defer { WebPDemuxReleaseChunkIterator(&position) }
                guard WebPDemuxGetChunk(container, name, 1, &position) != 0 else { return nil }
                return Array(UnsafeBufferPointer(start: position.chunk.bytes, count: position.chunk.size))
            }
            let flags = WebPDemuxGetI(container, WEBP_FF_FORMAT_FLAGS)
            return (PictureMetadata(exif: chunk("EXIF"), xmp: chunk("XMP ")), flags & UInt32(ALPHA_FLAG.rawValue) != 0)
        }
    }

    private func damaged(_ reason: String) -> ImageError {
        .damaged(name: name, format: .webP, reason: reason)
    }
}
