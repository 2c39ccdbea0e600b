import Foundation
import Testing

@testable import Images

/// Files that are cut off, changed or lie: a typed error, or a picture; never a trap.
@Suite struct DamageTests {
    static let files = [
        "rgb.jpg", "rgb-444-progressive.jpg", "cmyk-adobe.jpg", "orientation-6.jpg", "rgb.png",
        "palette-transparent.png", "interlaced.png", "rgb-16bit.png", "lossy.webp", "lossless.webp",
        "alpha-lossy.webp",
    ]

    @Test(arguments: files) func everyTruncationIsAnError(file: String) throws {
        let bytes = try FixtureFiles.bytes(file)
        // Without its end mark a JPEG still has all its pixels.
        let mark = file.hasSuffix("jpg") ? 2 : 0
        let whole = try PixelImage.decode(bytes, channels: 3, name: file)
        for length in (bytes.count - mark)..<bytes.count {
            #expect(try PixelImage.decode(Array(bytes[..<length]), channels: 3, name: file) == whole)
        }
        for length in 0..<(bytes.count - mark) {
            #expect(throws: ImageError.self, "\(file) cut to \(length) of \(bytes.count) bytes") {
                try PixelImage.decode(Array(bytes[..<length]), channels: 3, name: file)
            }
        }
    }

    @Test(arguments: files) func noChangedByteTraps(file: String) throws {
        let bytes = try FixtureFiles.bytes(file)
        for position in bytes.indices {
            for value: UInt8 in [0, 0x7F, 0xFF] {
                var changed = bytes
                changed[position] = value
                do {
                    let image = try PixelImage.decode(changed, channels: 3, name: file)
                    #expect(image.pixels.count == image.width * image.height * 3)
                    let part = try PixelImage.decodeReduced(changed, channels: 3, name: file, toCover: (1, 1)).image
                    #expect(part.pixels.count == part.width * part.height * 3)
                } catch {
                    #expect(error is ImageError)
                }
            }
        }
    }

    @Test func truncatedJPEGSaysSo() throws {
        let bytes = try FixtureFiles.bytes("rgb.jpg")
        do {
            _ = try PixelImage.decode(Array(bytes.dropLast(40)), channels: 3, name: "a.jpg")
            Issue.record("a cut-off JPEG was read")
        } catch {
            #expect("\(error)".hasPrefix("a.jpg: truncated or damaged JPEG: "))
        }
    }

    @Test func hugeSizesAreRefusedFromTheHeader() throws {
        var png = try FixtureFiles.bytes("rgb.png")
        png.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0])
        #expect(throws: ImageError.tooLarge(name: "p", width: 65_536, height: 65_536)) {
            try PixelImage.decode(png, channels: 3, name: "p")
        }
        // Below the limit, and still more than its few bytes of data could ever hold.
        png.replaceSubrange(16..<24, with: [0, 0, 0x30, 0, 0, 0, 0x30, 0])
        do {
            _ = try PixelImage.decode(png, channels: 3, name: "p")
            Issue.record("a PNG that lies about its size was read")
        } catch let error as ImageError {
            #expect("\(error)".contains("cannot hold them"))
        }

        var jpeg = try FixtureFiles.bytes("rgb.jpg")
        let frame = try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0, 0xFF, 0])
        #expect(throws: ImageError.tooLarge(name: "j", width: 65_280, height: 65_280)) {
            try PixelImage.decode(jpeg, channels: 3, name: "j")
        }

        // A lossless WebP whose header gives 16384 x 16384 pixels.
        var webP = try FixtureFiles.bytes("lossless.webp")
        webP.replaceSubrange(21..<25, with: [0xFF, 0xFF, 0xFF, 0x0F])
        #expect(throws: ImageError.tooLarge(name: "w", width: 16_384, height: 16_384)) {
            try PixelImage.decode(webP, channels: 3, name: "w")
        }
    }

    @Test("A JPEG of thousands of scans is refused before they are decoded")
    func scansAreLimited() throws {
        let bytes = try FixtureFiles.bytes("rgb-444-progressive.jpg")
        // The first scan brings the means of the blocks, and may be repeated.
        let scan = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
        let end = try #require((scan + 2..<bytes.count).first { bytes[$0] == 0xFF && bytes[$0 + 1] != 0 })
        let many = Array(bytes[..<end]) + Array(repeatElement(bytes[scan..<end], count: 600).joined()) + bytes[end...]
        #expect(throws: ImageError.unsupported(name: "s", format: .jpeg, reason: "it has more than 500 scans")) {
            try PixelImage.decode(many, channels: 3, name: "s")
        }
    }

    @Test func brokenEXIFLeavesThePictureAsItIs() throws {
        let bytes = try FixtureFiles.bytes("orientation-6.jpg")
        let start = try #require(
            bytes.indices.dropLast(6).first { Array(bytes[$0..<($0 + 6)]) == Array("Exif\0\0".utf8) })
        for position in (start + 6)..<(start + 30) {
            var changed = bytes
            changed[position] = 0xFF
            let image = try PixelImage.decode(changed, channels: 3, name: "exif")
            #expect([10, 17].contains(image.width))
        }
    }
}
