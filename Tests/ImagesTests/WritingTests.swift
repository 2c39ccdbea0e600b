import Files
import Foundation
import Images
import Testing

@Suite struct WritingTests {
    static func noise(width: Int, height: Int, channels: Int) throws -> PixelImage {
        var state: UInt32 = 1
        let pixels = (0..<(width * height * channels)).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        return try PixelImage(width: width, height: height, channels: channels, pixels: pixels)
    }

    @Test(arguments: [1, 3]) func pngKeepsEveryByte(channels: Int) throws {
        for (width, height) in [(1, 1), (7, 5), (100, 80), (1, 300)] {
            let image = try Self.noise(width: width, height: height, channels: channels)
            let bytes = [UInt8](try image.pngData())
            #expect(try PixelImage.decode(bytes, channels: channels, name: "png") == image)
        }
    }

    @Test func filesAreWrittenWhole() throws {
        try withTemporaryFolder { folder in
            let image = try Self.noise(width: 20, height: 10, channels: 3)
            let path = folder.appendingPathComponent("a.png").path
            try image.writePNG(to: path)
            #expect(try PixelImage.read(path, channels: 3) == image)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.png"])
            #expect(throws: FileError.self) { try image.writePNG(to: folder.path + "/missing/a.png") }
        }
    }

    @Test(arguments: [1, 3]) func jpegIsNearTheOriginal(channels: Int) throws {
        let pixels = (0..<(32 * 24 * channels)).map { UInt8($0 / channels % 32 * 7) }
        let image = try PixelImage(width: 32, height: 24, channels: channels, pixels: pixels)
        let bytes = [UInt8](try image.jpegData(quality: 95))
        let read = try PixelImage.decode(bytes, channels: channels, name: "jpeg")
        #expect(worstDifference(read.pixels, pixels) <= 6)
        #expect(throws: ImageError.self) { try image.jpegData(quality: 0) }
    }
}
