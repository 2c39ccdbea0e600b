/// Portable pixmaps and graymaps of bytes: `P6` or `P5`, width, height and maximum as text, then the pixels.
struct PPMDecoder {
    let bytes: [UInt8]
    let name: String

    /// Whether a byte divides the numbers of a header.
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    func decode() throws -> DecodedPixels {
        let channels = bytes[1] == UInt8(ascii: "6") ? 3 : 1
        var position = 2
        let (width, height) = (try number(&position, "width"), try number(&position, "height"))
        let most = try number(&position, "maximum")
        guard width > 0, height > 0 else { throw damaged("the header gives \(width)x\(height) pixels") }
        guard (1...255).contains(most) else {
            throw ImageError.unsupported(
                name: name, format: .ppm, reason: "its samples go up to \(most), and those of bytes up to 255")
        }
        // One byte after the maximum, whatever it is; pixels may begin with bytes that look like spaces.
        guard position < bytes.count, Self.isSpace(bytes[position]) else { throw damaged("its header is cut off") }
        position += 1
        try PixelImage.checkSize(width: width, height: height, name: name)
        let size = width * height * channels
        guard bytes.count - position >= size else {
            throw damaged("it has \(bytes.count - position) of \(size) bytes of pixels")
        }
        let samples = bytes[position..<(position + size)]
        guard most < 255 else {
            return DecodedPixels(width: width, height: height, channels: channels, pixels: Array(samples))
        }
        guard samples.allSatisfy({ $0 <= most }) else { throw damaged("a sample is over its maximum of \(most)") }
        let pixels = samples.map { UInt8((Int($0) * 255 + most / 2) / most) }
        return DecodedPixels(width: width, height: height, channels: channels, pixels: pixels)
    }

    private func number(_ position: inout Int, _ what: String) throws -> Int {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "#") {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            } else if Self.isSpace(bytes[position]) {
                position += 1
            } else {
                break
            }
        }
        let start = position
        var value = 0
        while position < bytes.count, case let digit = Int(bytes[position]) - 48, (0...9).contains(digit) {
            value = value * 10 + digit
            position += 1
            guard value <= 1 << 30 else { throw damaged("its \(what) is too large") }
        }
        guard position > start else { throw damaged("its header has no \(what)") }
        return value
    }

    private func damaged(_ reason: String) -> ImageError { .damaged(name: name, format: .ppm, reason: reason) }
}

extension PixelImage {
    /// The bytes of a PPM file, or of a PGM file where the image is grey: the pixels as they are behind a header.
    package func ppmData() -> [UInt8] {
        Array("\(channels == 3 ? "P6" : "P5")\n\(width) \(height)\n255\n".utf8) + pixels
    }
}
