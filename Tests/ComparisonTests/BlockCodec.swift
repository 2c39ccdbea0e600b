import Comparison
import Images

/// A codec that stands for a model in tests: the means of blocks of 32, 16 and 8 pixels a side, a byte a channel.
struct BlockCodec: ImageCodec {
    var name = "blocks"
    var family = "blocks"
    /// Bytes that every file has beside its means.
    var overhead = 0
    var sideBytes: Int { 1_500_000 }
    var summary: String { "means of blocks" }
    var isModel: Bool { true }
    var settings: [String] { ["1 of 3", "2 of 3", "3 of 3"] }

    private func side(_ setting: Int) -> Int { 32 >> setting }

    func encode(_ image: PixelImage, setting: Int) throws -> [UInt8] {
        let side = side(setting)
        var bytes = [image.width, image.height].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        for top in stride(from: 0, to: image.height, by: side) {
            for left in stride(from: 0, to: image.width, by: side) {
                for channel in 0..<image.channels {
                    var (sum, count) = (0, 0)
                    for y in top..<min(top + side, image.height) {
                        for x in left..<min(left + side, image.width) {
                            sum += Int(image.pixels[(y * image.width + x) * image.channels + channel])
                            count += 1
                        }
                    }
                    bytes.append(UInt8((sum + count / 2) / count))
                }
            }
        }
        return bytes + [UInt8](repeating: 0, count: overhead)
    }

    func decode(_ bytes: [UInt8], setting: Int, channels: Int) throws -> PixelImage {
        let side = side(setting)
        let (width, height) = (Int(bytes[0]) << 8 | Int(bytes[1]), Int(bytes[2]) << 8 | Int(bytes[3]))
        let columns = (width + side - 1) / side
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let start = 4 + (y / side * columns + x / side) * channels
                pixels += bytes[start..<start + channels]
            }
        }
        return try PixelImage(width: width, height: height, channels: channels, pixels: pixels)
    }
}

/// A picture with slopes, an edge and texture, another one for each number.
func scene(_ number: Int, width: Int, height: Int, channels: Int = 3) throws -> PixelImage {
    var pixels: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            let isInside = (x - width / 2) * (x - width / 2) + (y - height / 3) * (y - height / 3) < width * 9
            for channel in 0..<channels {
                let slope = (channel + 1) * x + (4 - channel) * y + 10 * number + (x ^ y) % 7 * 6
                pixels.append(UInt8(truncatingIfNeeded: isInside ? 255 - slope / 2 : slope / 2))
            }
        }
    }
    return try PixelImage(width: width, height: height, channels: channels, pixels: pixels)
}
