import Files
import Foundation
import Images
import TestSupport
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

    /// A picture with slopes, edges and colour, as photographs have.
    static func scene(width: Int, height: Int, channels: Int) throws -> PixelImage {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let isInside = (x - width / 2) * (x - width / 2) + (y - height / 2) * (y - height / 2) < 200
                for channel in 0..<channels {
                    let slope = channel == 0 ? x * 3 : channel == 1 ? y * 4 : (x + y) * 2
                    pixels.append(UInt8(clamping: isInside ? 255 - slope : slope + (x / 4 % 2) * 20))
                }
            }
        }
        return try PixelImage(width: width, height: height, channels: channels, pixels: pixels)
    }

    static func squaredError(_ a: PixelImage, _ b: PixelImage) -> Int {
        zip(a.pixels, b.pixels).reduce(0) { $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1)) }
    }

    @Test(arguments: ChromaSubsampling.allCases) func jpegKeepsAsMuchColourAsItIsTold(
        subsampling: ChromaSubsampling
    ) throws {
        let image = try Self.scene(width: 61, height: 47, channels: 3)
        let bytes = [UInt8](try image.jpegData(quality: 90, subsampling: subsampling))
        // The frame header gives the sampling factors of the lightness: 11, 21 or 22.
        let frame = try #require(bytes.indices.dropLast(12).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        #expect(bytes[frame + 11] == (subsampling == .yuv444 ? 0x11 : subsampling == .yuv422 ? 0x21 : 0x22))
        #expect(try image.jpegData(quality: 90) == image.jpegData(quality: 90, subsampling: .yuv444))
        let read = try PixelImage.decode(bytes, channels: 3, name: "jpeg")
        #expect(read.width == 61 && read.height == 47)
        // Progressive files say the same in another order.
        let progressive = [UInt8](try image.jpegData(quality: 90, subsampling: subsampling, isProgressive: true))
        #expect(progressive != bytes)
        #expect(try PixelImage.decode(progressive, channels: 3, name: "jpeg") == read)
        let grey = image.converted(toChannels: 1)
        #expect(try grey.jpegData(subsampling: subsampling) == grey.jpegData())
    }

    @Test func lossyFilesGrowAndErrorsShrinkWithQuality() throws {
        let image = try Self.scene(width: 96, height: 80, channels: 3)
        let encoders: [(Int) throws -> Data] = [
            { try image.jpegData(quality: max($0, 1), subsampling: .yuv420) },
            { try image.jpegData(quality: max($0, 1)) },
            { try image.webPData(quality: $0) }, { try image.webPData(quality: $0, effort: 6) },
        ]
        for encode in encoders {
            let files = try [0, 30, 60, 90, 100].map { [UInt8](try encode($0)) }
            let errors = try files.map {
                Self.squaredError(image, try PixelImage.decode($0, channels: 3, name: "lossy"))
            }
            #expect(files.map(\.count) == files.map(\.count).sorted() && files[0].count < files[4].count)
            #expect(errors == errors.sorted(by: >) && errors[0] > errors[4])
        }
    }

    @Test(arguments: [1, 3]) func webPKeepsSizesAndLosslessEveryByte(channels: Int) throws {
        for (width, height) in [(1, 1), (7, 5), (100, 80), (1, 300)] {
            let image = try Self.noise(width: width, height: height, channels: channels)
            let lossless = [UInt8](try image.losslessWebPData(effort: 9))
            #expect(ImageFormat(magic: lossless) == .webP)
            #expect(try PixelImage.decode(lossless, channels: channels, name: "webp") == image)
            let lossy = try PixelImage.decode([UInt8](image.webPData()), channels: channels, name: "webp")
            #expect(lossy.width == width && lossy.height == height)
        }
        let scene = try Self.scene(width: 64, height: 48, channels: channels)
        let read = try PixelImage.decode(
            [UInt8](scene.webPData(quality: 100, effort: 6)), channels: channels, name: "webp")
        let limit = channels == 1 ? 3 : 40
        #expect(Self.squaredError(scene, read) < limit * limit * scene.pixels.count / 4)
    }

    @Test func webPRefusesSettingsAndSizesOutOfRange() throws {
        let image = try Self.noise(width: 4, height: 4, channels: 3)
        for (quality, effort) in [(-1, 4), (101, 4), (50, -1), (50, 7)] {
            #expect(throws: ImageError.self) { try image.webPData(quality: quality, effort: effort) }
        }
        #expect(throws: ImageError.self) { try image.losslessWebPData(effort: 10) }
        let long = try PixelImage(
            width: 16_384, height: 1, channels: 1, pixels: [UInt8](repeating: 7, count: 16_384))
        #expect(throws: ImageError.unencodable(format: .webP, reason: "a side of 16384 is over 16,383")) {
            try long.webPData()
        }
        #expect(throws: ImageError.self) { try long.losslessWebPData() }
    }
}
