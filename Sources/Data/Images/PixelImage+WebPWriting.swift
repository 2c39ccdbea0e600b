import CWebP
import Foundation

extension PixelImage {
    /// The bytes of a lossy WebP file. Its colour differences are always 4:2:0; grey pictures become RGB.
    ///
    /// Agrees with `cwebp -q QUALITY -m EFFORT`.
    ///
    /// - Parameters:
    ///   - quality: 0 to 100, libwebp's scale.
    ///   - effort: 0 (fast) to 6 (smallest files), libwebp's method.
    /// - Throws: ``ImageError/impossible(operation:reason:expected:)`` for settings out of range,
    ///   ``ImageError/unencodable(format:reason:)`` above 16,383 pixels a side or with libwebp's error.
    package func webPData(quality: Int = 75, effort: Int = 4) throws -> Data {
        guard (0...100).contains(quality), (0...6).contains(effort) else {
            throw ImageError.impossible(
                operation: "write a WebP", reason: "quality \(quality), effort \(effort)",
                expected: "a quality of 0 to 100 and an effort of 0 to 6")
        }
        var config = WebPConfig()
        guard WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, Float(quality)) != 0 else { throw Self.wrongVersion }
        config.method = Int32(effort)
        return try webPData(config)
    }

    /// The bytes of a lossless WebP file, which gives back every value; grey pictures become RGB.
    ///
    /// - Parameter effort: 0 (fast) to 9 (smallest files), libwebp's lossless preset.
    /// - Throws: ``ImageError/impossible(operation:reason:expected:)`` for an effort out of range,
    ///   ``ImageError/unencodable(format:reason:)`` above 16,383 pixels a side or with libwebp's error.
    package func losslessWebPData(effort: Int = 6) throws -> Data {
        guard (0...9).contains(effort) else {
            throw ImageError.impossible(
                operation: "write a lossless WebP", reason: "effort \(effort)", expected: "0 to 9")
        }
        var config = WebPConfig()
        guard WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, 75) != 0,
            WebPConfigLosslessPreset(&config, Int32(effort)) != 0
        else { throw Self.wrongVersion }
        return try webPData(config)
    }

    private func webPData(_ config: WebPConfig) throws -> Data {
        let largest = Int(WEBP_MAX_DIMENSION)
        guard width <= largest, height <= largest else {
            throw ImageError.unencodable(format: .webP, reason: "a side of \(max(width, height)) is over 16,383")
        }
        var config = config
        var picture = WebPPicture()
        guard WebPPictureInit(&picture) != 0 else { throw Self.wrongVersion }
        defer { WebPPictureFree(&picture) }
        // Lossless coding works on RGB itself.
        picture.use_argb = config.lossless
        picture.width = Int32(width)
        picture.height = Int32(height)
        let colour = converted(toChannels: 3)
        guard WebPPictureImportRGB(&picture, colour.pixels, Int32(width * 3)) != 0 else { throw Self.failure(picture) }
        var writer = WebPMemoryWriter()
        WebPMemoryWriterInit(&writer)
        defer { WebPMemoryWriterClear(&writer) }
        let isEncoded = withUnsafeMutablePointer(to: &writer) { writer in
            picture.writer = WebPMemoryWrite
            picture.custom_ptr = UnsafeMutableRawPointer(writer)
            return WebPEncode(&config, &picture) != 0
        }
        guard isEncoded, let memory = writer.mem else { throw Self.failure(picture) }
        return Data(bytes: memory, count: writer.size)
    }

    private static var wrongVersion: ImageError {
        .unencodable(format: .webP, reason: "the libwebp that was found is not the one this program was built for")
    }

    private static func failure(_ picture: WebPPicture) -> ImageError {
        .unencodable(format: .webP, reason: "libwebp's error \(picture.error_code.rawValue)")
    }
}
