import FuzzSupport
import Images

/// What of picture files is read before a library decodes the pixels. The first byte chooses: the chunks of a PNG, the
/// header of a JPEG, a block of EXIF, a packet of XMP, or a text of a PNG.
enum PicturesTarget: FuzzTarget {
    static func read(_ bytes: [UInt8]) throws {
        let (choice, file) = FuzzInput.choice(bytes, of: 5)
        let metadata: PictureMetadata
        switch choice {
        case 0:
            let chunks = try PNGChunks(file, name: "file")
            require(chunks.width > 0 && chunks.height > 0)
            metadata = chunks.metadata
        case 1: metadata = try JPEGDecoder(bytes: file, name: "file").metadata()
        case 2: metadata = PictureMetadata(exif: file)
        case 3: metadata = PictureMetadata(xmp: file)
        default:
            let (type, content) = FuzzInput.choice(file, of: 4)
            var texts = PNGMetadata()
            texts.read(["tEXt", "zTXt", "iTXt", "eXIf"][type], content[...])
            metadata = texts.metadata
        }
        require((1...8).contains(metadata.orientation.exif))
    }

    static func isDocumented(_ error: any Error) -> Bool { error is ImageError }

    static func seeds() -> [String: [UInt8]] {
        func big(_ number: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - $0))) }
        }
        func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
            big(content.count, 4) + Array(type.utf8) + content + [0, 0, 0, 0]
        }
        func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
            [0xFF, marker] + big(content.count + 2, 2) + content
        }
        let entry = big(0x0112, 2) + big(3, 2) + big(1, 4) + big(6, 2) + [0, 0]
        let tiff = Array("MM".utf8) + big(42, 2) + big(8, 4) + big(1, 2) + entry + big(0, 4)
        let little: [UInt8] =
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 2, 0] + [0x0F, 1, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0]
            + [0x12, 1, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0] + [0, 0, 0, 0]
        let end = segment(0xC0, [8, 0, 2, 0, 3, 1, 1, 0x11, 0]) + segment(0xDA, [1, 1, 0, 0, 63, 0]) + [0xFF, 0xD9]
        let exif = Array("Exif\0\0".utf8)
        return [
            "exif": [1, 0xFF, 0xD8] + segment(0xE0, Array("JFIF\0".utf8)) + segment(0xE1, exif + tiff) + end,
            "exif-little": [1, 0xFF, 0xD8, 0xFF] + segment(0xE1, exif + little) + end,
            "adobe": [1, 0xFF, 0xD8] + segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 2]) + end,
            "block": [2] + little,
            "block-with-name": [2] + exif + tiff,
            "packet-attribute": [3] + Array(#"<a tiff:Orientation="6"/>"#.utf8),
            "packet-element": [3] + Array("<tiff:Orientation>6</tiff:Orientation>".utf8),
            "text-profile": [4, 0] + Array("Raw profile type exif\0\nexif\n 2\n4949\n".utf8),
            "text-packet": [4, 2] + Array("XML:com.adobe.xmp".utf8) + [0, 0, 0, 0, 0]
                + Array("tiff:Orientation>6".utf8),
            "text-packed": [4, 1] + Array("XML:com.adobe.xmp".utf8) + [0, 0, 0x78, 0x9C, 3, 0, 0, 0, 0, 1],
            "png": [0, 0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]
                + chunk("IHDR", big(3, 4) + big(2, 4) + [8, 2, 0, 0, 0]) + chunk("IDAT", [1, 2, 3, 4])
                + chunk("IEND", []),
        ]
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    FuzzRunner<PicturesTarget>.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt { FuzzRunner<PicturesTarget>.test(start, count) }
