/// What a decoder hands over: grey, grey and alpha, RGB or RGBA (1, 2, 3 or 4 bytes a pixel), row-major.
struct DecodedPixels {
    var width: Int
    var height: Int
    var channels: Int
    var pixels: [UInt8]
    /// What it is of, where the decoder shrank it.
    var reduction: Reduction?

    /// The pixels turned as they are to be seen.
    func upright(_ orientation: Orientation) -> DecodedPixels {
        let turned = orientation.applied(to: pixels, width: width, height: height, channels: channels)
        return DecodedPixels(width: turned.width, height: turned.height, channels: channels, pixels: turned.pixels)
    }

    /// Composites transparency on white and converts to one or three channels.
    func flattened(channels wanted: Int) -> PixelImage {
        let opaque = channels == 2 || channels == 4 ? compositedOnWhite() : self
        let image = PixelImage(
            trusted: opaque.pixels, width: width, height: height, channels: opaque.channels)
        return image.converted(toChannels: wanted)
    }

    /// Pillow's `Image.alpha_composite` over opaque white, in its fixed-point arithmetic.
    private func compositedOnWhite() -> DecodedPixels {
        let colours = channels - 1
        let count = width * height
        let result = [UInt8](unsafeUninitializedCapacity: count * colours) { target, filled in
            pixels.withUnsafeBufferPointer { source in
                for pixel in 0..<count {
                    let alpha = UInt32(source[pixel * channels + colours])
                    let white = 255 * (255 - alpha)
                    for colour in 0..<colours {
                        let sum = (UInt32(source[pixel * channels + colour]) * alpha + white) << 7 + (0x80 << 7)
                        target[pixel * colours + colour] = UInt8((((sum >> 8) + sum) >> 8) >> 7)
                    }
                }
            }
            filled = count * colours
        }
        return DecodedPixels(width: width, height: height, channels: colours, pixels: result)
    }
}

/// Conversions between ink and light.
enum InkConversion {
    /// The inks of a JPEG, four bytes a pixel, to RGB as Pillow's `convert("RGB")`: (255 − K)(255 − C) / 255 and so on.
    ///
    /// 255 stands for no ink, as Adobe's programs write; Pillow takes it so in every JPEG, with an Adobe segment or
    /// without.
    static func rgb(invertedCMYK cmyk: [UInt8]) -> [UInt8] {
        let count = cmyk.count / 4
        return [UInt8](unsafeUninitializedCapacity: count * 3) { target, filled in
            cmyk.withUnsafeBufferPointer { source in
                for pixel in 0..<count {
                    let light = 255 - Int(source[pixel * 4 + 3] ^ 255)
                    for colour in 0..<3 {
                        let product = Int(source[pixel * 4 + colour] ^ 255) * light + 128
                        target[pixel * 3 + colour] = UInt8(max(0, light - ((product >> 8) + product) >> 8))
                    }
                }
            }
            filled = count * 3
        }
    }
}
