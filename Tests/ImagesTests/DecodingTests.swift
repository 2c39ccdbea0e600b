import Files
import Foundation
import Images
import Testing

@Suite struct DecodingTests {
    @Test func everyFixtureHasItsFiles() throws {
        let manifest = try FixtureFiles.manifest()
        #expect(manifest.images.count == 28)
        for name in manifest.sha256.keys {
            #expect(FileManager.default.fileExists(atPath: FixtureFiles.url(name).path))
        }
    }

    /// JPEG (grey, YCbCr, progressive, CMYK, YCCK, eight orientations), PNG (all kinds), WebP.
    @Test func agreesWithPillowInColour() throws {
        for picture in try FixtureFiles.manifest().images {
            let image = try PixelImage.decode(
                FixtureFiles.bytes(picture.file), channels: 3, name: picture.file)
            #expect(image.width == picture.width && image.height == picture.height, "\(picture.file)")
            let worst = worstDifference(image.pixels, try FixtureFiles.bytes(picture.file + ".rgb"))
            #expect(worst == 0, "\(picture.file) differs by \(worst)")
        }
    }

    @Test func agreesWithPillowInGrey() throws {
        for picture in try FixtureFiles.manifest().images {
            let image = try PixelImage.read(FixtureFiles.url(picture.file).path, channels: 1)
            #expect(image.channels == 1)
            let worst = worstDifference(image.pixels, try FixtureFiles.bytes(picture.file + ".grey"))
            #expect(worst == 0, "\(picture.file) differs by \(worst)")
        }
    }

    @Test func formatIsFoundFromTheBytes() throws {
        #expect(ImageFormat(magic: try FixtureFiles.bytes("rgb.jpg")) == .jpeg)
        #expect(ImageFormat(magic: try FixtureFiles.bytes("rgb.png")) == .png)
        #expect(ImageFormat(magic: try FixtureFiles.bytes("lossy.webp")) == .webP)
        #expect(ImageFormat(magic: []) == nil)
        #expect(ImageFormat(magic: Array("RIFF0000WAVE".utf8)) == nil)
    }

    @Test func unknownBytesAreNamed() {
        #expect(throws: ImageError.unknownFormat(name: "empty", reason: "it is empty")) {
            try PixelImage.decode([], channels: 3, name: "empty")
        }
        #expect(throws: ImageError.unknownFormat(name: "text", reason: "it starts with the bytes 68 69")) {
            try PixelImage.decode([0x68, 0x69], channels: 3, name: "text")
        }
        #expect(throws: ImageError.self) { try PixelImage.decode([0xFF, 0xD8, 0xFF], channels: 2, name: "two") }
    }

    @Test func missingFileIsNamed() {
        let path = "/nowhere/picture.png"
        #expect(throws: FileError.missing(path: path, remedy: "check the path of the image")) {
            try PixelImage.read(path, channels: 3)
        }
    }

    @Test func mismatchedPixelsAreRefused() throws {
        for (width, height, channels, bytes) in [(2, 2, 3, 11), (0, 2, 1, 0), (2, 2, 2, 8), (Int.max, 2, 1, 4)] {
            #expect(throws: ImageError.self) {
                try PixelImage(
                    width: width, height: height, channels: channels, pixels: [UInt8](repeating: 0, count: bytes))
            }
        }
        #expect(try PixelImage(width: 2, height: 1, channels: 1, pixels: [3, 4]).pixels == [3, 4])
    }

    @Test func lumaIsThatOfRecommendation601() throws {
        let image = try PixelImage(width: 3, height: 1, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255])
        #expect(image.converted(toChannels: 1).pixels == [76, 150, 29])
        #expect(image.converted(toChannels: 1).converted(toChannels: 3).pixels.prefix(4) == [76, 76, 76, 150])
    }
}
