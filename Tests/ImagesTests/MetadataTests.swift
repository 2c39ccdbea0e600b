import CZlib
import Foundation
import Testing

@testable import Images

/// Orientation from metadata that nobody can trust; the matrix has what sound metadata say.
@Suite("Metadata of pictures") struct MetadataTests {
    /// A little-endian EXIF block with the orientation 6.
    static let block: [UInt8] =
        Array("II".utf8) + [42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
    static let packet = Array(#"<rdf:Description tiff:Orientation="6"/>"#.utf8)

    private func orientation(exif: [UInt8]? = nil, xmp: [UInt8]? = nil) -> Int {
        PictureMetadata(exif: exif, xmp: xmp).orientation.exif
    }

    @Test("A block that is cut off or changed gives an orientation from 1 to 8")
    func damagedBlocksDoNotTrap() {
        #expect(orientation(exif: Self.block) == 6)
        for length in 0..<Self.block.count - 4 {
            let found = orientation(exif: Array(Self.block.prefix(length)))
            #expect(length < 22 ? found == 1 : found == 6, "cut to \(length)")
        }
        for position in Self.block.indices {
            for value: UInt8 in [0, 1, 4, 5, 12, 0x7F, 0x80, 0xFF] {
                var changed = Self.block
                changed[position] = value
                #expect((1...8).contains(orientation(exif: changed)))
                for at in Self.block.indices {
                    changed[at] = 0xFF
                    #expect((1...8).contains(orientation(exif: changed)))
                }
            }
        }
    }

    @Test("EXIF counts before XMP, and XMP where EXIF cannot be read")
    func precedence() {
        #expect(orientation(xmp: Self.packet) == 6)
        #expect(orientation(exif: Array("neither".utf8), xmp: Self.packet) == 6)
        #expect(orientation(exif: [], xmp: Self.packet) == 6)
        var upright = Self.block
        upright[18] = 1
        #expect(orientation(exif: upright, xmp: Self.packet) == 1)
        #expect(orientation() == 1)
    }

    @Test("A packet that is cut off says nothing")
    func damagedPacketsDoNotTrap() {
        for length in 0..<Self.packet.count {
            let found = orientation(xmp: Array(Self.packet.prefix(length)))
            #expect(length < 36 ? found == 1 : found == 6, "cut to \(length)")
        }
        #expect(orientation(xmp: Array("tiff:Orientationtiff:Orientation>3".utf8)) == 3)
    }

    @Test("A text of a PNG that inflates to more than a mebibyte is not read")
    func compressedTextsAreBounded() {
        func chunk(padding: Int) -> [UInt8] {
            let text = Self.packet + [UInt8](repeating: 32, count: padding)
            var count = compressBound(uLong(text.count))
            var packed = [UInt8](repeating: 0, count: Int(count))
            #expect(compress(&packed, &count, text, uLong(text.count)) == Z_OK)
            return Array("XML:com.adobe.xmp".utf8) + [0, 1, 0, 0, 0] + packed.prefix(Int(count))
        }
        for (padding, expected) in [(0, 6), (1 << 20 - 100, 6), (1 << 20, 1), (1 << 24, 1)] {
            var texts = PNGMetadata()
            texts.read("iTXt", chunk(padding: padding)[...])
            #expect(texts.metadata.orientation.exif == expected, "\(padding) spaces")
        }
    }

    @Test("Texts of a PNG that are cut off do not trap")
    func damagedTextsDoNotTrap() {
        let digits = Self.block.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let profile = Array("Raw profile type exif\0\nexif\n26\n\(digits)\n".utf8)
        let international = Array("XML:com.adobe.xmp".utf8) + [0, 0, 0, 0, 0] + Self.packet
        for (type, content) in [("tEXt", profile), ("zTXt", profile), ("iTXt", international), ("eXIf", Self.block)] {
            for length in 0...content.count {
                var texts = PNGMetadata()
                texts.read(type, content[..<length])
                #expect([1, 6].contains(texts.metadata.orientation.exif))
                if length == content.count, type != "zTXt" { #expect(texts.metadata.orientation.exif == 6) }
            }
        }
    }

    @Test("A JPEG of a hundred thousand small segments is read in linear time")
    func manySegments() throws {
        let bytes = try FixtureFiles.bytes("orientation-6.jpg")
        let segment: [UInt8] = [0xFF, 0xE1, 0, 10] + Array("Exif\0\0".utf8) + [0, 0]
        let many = Array(bytes[..<2]) + Array(repeatElement(segment, count: 200_000).joined()) + bytes[2...]
        let start = ContinuousClock.now
        // The first of the EXIF segments counts, and makes no sense.
        #expect(try PixelImage.decode(many, channels: 3, name: "many").width == 17)
        #expect(ContinuousClock.now - start < .seconds(10))
    }
}
