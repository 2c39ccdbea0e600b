import CZlib

/// The skeleton of a PNG file, walked before any memory is taken for pixels.
///
/// libpng stops after the last row here, so a file whose end is missing would pass unseen; and it believes the sizes in
/// the header.
package struct PNGChunks {
    /// Pixels in a row, at least 1.
    package private(set) var width = 0
    /// Rows, at least 1.
    package private(set) var height = 0
    /// What is said of the orientation, before the pixels or after them.
    package var metadata: PictureMetadata { texts.metadata }
    private var texts = PNGMetadata()

    /// Deflate cannot shrink data further than this.
    private static let largestRatio = 1032

    /// Walks the bytes of a file that begins with PNG's signature.
    ///
    /// - Throws: ``ImageError``.
    package init(_ bytes: [UInt8], name: String) throws {
        func damaged(_ reason: String) -> ImageError { .damaged(name: name, format: .png, reason: reason) }
        func number(at offset: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) } }
        var position = 8
        var dataBytes = 0
        var rowBytes = 0
        while true {
            guard position + 12 <= bytes.count else { throw damaged("it ends before its last chunk (IEND)") }
            let length = number(at: position)
            let type = String(decoding: bytes[(position + 4)..<(position + 8)], as: UTF8.self)
            guard length <= bytes.count - position - 12 else {
                throw damaged("the chunk \(type) gives \(length) bytes and the file ends before them")
            }
            if position == 8 {
                guard type == "IHDR", length == 13 else { throw damaged("the first chunk is not IHDR") }
                width = number(at: 16)
                height = number(at: 20)
                guard width > 0, height > 0 else { throw damaged("the header gives \(width)x\(height) pixels") }
                try PixelImage.checkSize(width: width, height: height, name: name)
                let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][Int(bytes[25])] ?? 1
                rowBytes = (width * samples * Int(bytes[24]) + 7) / 8
            } else if type == "IDAT" {
                dataBytes += length
            } else if type == "IEND" {
                break
            } else if ["eXIf", "tEXt", "zTXt", "iTXt"].contains(type) {
                // A text whose checksum is wrong is no reason to refuse the pixels, nor to turn them.
                let checksum = bytes.withUnsafeBufferPointer {
                    crc32_z(0, $0.baseAddress.map { $0 + position + 4 }, length + 4)
                }
                if Int(checksum) == number(at: position + 8 + length) {
                    texts.read(type, bytes[(position + 8)..<(position + 8 + length)])
                }
            }
            position += 12 + length
        }
        guard rowBytes * height <= dataBytes * Self.largestRatio + 4096 else {
            throw damaged("the header gives \(width)x\(height) pixels and \(dataBytes) bytes cannot hold them")
        }
    }
}
