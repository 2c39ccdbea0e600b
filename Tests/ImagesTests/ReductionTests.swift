import Foundation
import TestSupport
import Testing

@testable import Images

/// JPEG decoded at a part of its size.
@Suite struct ReductionTests {
    private func reduced(_ name: String, channels: Int = 3, toCover size: (Int, Int)) throws -> PixelImage {
        try PixelImage.decodeReduced(FixtureFiles.bytes(name), channels: channels, name: name, toCover: size).image
    }

    @Test func agreesWithPillow() throws {
        let reductions = try FixtureFiles.manifest().reductions
        #expect(reductions.count == 12)
        for reduction in reductions {
            let (width, height) = (reduction.wholeWidth, reduction.wholeHeight)
            let largest = (width / reduction.factor / 2, height / reduction.factor / 2)
            let image = try reduced(reduction.file, channels: reduction.channels, toCover: largest)
            #expect(image.width == reduction.width && image.height == reduction.height, "\(reduction)")
            let worst = worstDifference(image.pixels, try FixtureFiles.bytes(reduction.result))
            #expect(worst == 0, "\(reduction.result) differs by \(worst)")
            let fitted = try PixelImage.readFitted(
                FixtureFiles.url(reduction.file).path, channels: reduction.channels, width: largest.0,
                height: largest.1)
            let difference = worstDifference(fitted.pixels, try FixtureFiles.bytes(reduction.fitted))
            #expect(difference == 0, "\(reduction.fitted) differs by \(difference)")
        }
    }

    @Test func keepsTwiceWhatIsAskedFor() throws {
        for width in 1...90 {
            for height in [1, 2, 3, 7, 8, 15, 16, 30, 31, 70] {
                let image = try reduced("reduced-444.jpg", toCover: (width, height))
                if image.width == 83 {
                    #expect(image.height == 61 && (83 < 4 * width || 61 < 4 * height), "\(width)x\(height)")
                } else {
                    #expect(image.width >= 2 * width && image.height >= 2 * height, "\(width)x\(height)")
                }
            }
        }
    }

    @Test func aTurnedPictureIsMeasuredAsItIsSeen() throws {
        // 17x10 pixels in the file.
        for (orientation, size, expected) in [
            (1, (4, 1), (9, 5)), (1, (1, 4), (17, 10)), (6, (1, 4), (5, 9)), (6, (4, 1), (10, 17)),
        ] {
            let image = try reduced("orientation-\(orientation).jpg", toCover: size)
            #expect((image.width, image.height) == expected, "orientation \(orientation), \(size)")
        }
    }

    /// Waves that grow finer to the right and below, of no size that a half, a quarter or an eighth divides.
    private func waves() throws -> PixelImage {
        let pixels = (0..<363 * 483 * 3).map { place in
            let (x, y, channel) = (Double(place / 3 % 483), Double(place / 3 / 483), Double(place % 3))
            return UInt8(127.5 + 60 * sin(x * x / 4800 + channel) + 60 * cos(y * y / 3600 - channel))
        }
        return try PixelImage(width: 483, height: 363, channels: 3, pixels: pixels)
    }

    @Test(arguments: 1...8) func scaledPicturesAreThoseOfTheWhole(orientation: Int) throws {
        try withTemporaryFolder { folder in
            let seen = Orientation(exif: orientation)
            let file = folder.appendingPathComponent("waves.jpg")
            try withOrientation(orientation, waves().jpegData(quality: 95)).write(to: file)
            let whole = try PixelImage.read(file.path, channels: 3)
            #expect((whole.width, whole.height) == seen.turned(width: 483, height: 363))
            for size in [(90, 90), (64, 40), (40, 64), (30, 20)] {
                let expected = try whole.fitted(width: size.0, height: size.1)
                let found = try PixelImage.readFitted(file.path, channels: 3, width: size.0, height: size.1)
                #expect(expected != found, "nothing was reduced for \(size)")
                let sum = zip(expected.pixels, found.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
                let mean = Double(sum) / Double(expected.pixels.count)
                #expect(mean < 2, "\(size): \(mean)")
            }
        }
    }

    /// Puts an EXIF segment with an orientation after the first marker.
    private func withOrientation(_ orientation: Int, _ data: Data) -> Data {
        let entry: [UInt8] = [0x12, 1, 3, 0, 1, 0, 0, 0, UInt8(orientation), 0, 0, 0]
        let body = Array("Exif\0\0II".utf8) + [42, 0, 8, 0, 0, 0, 1, 0] + entry + [0, 0, 0, 0]
        return data.prefix(2) + [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body + data.dropFirst(2)
    }

    @Test func onlyJPEGIsReduced() throws {
        let image = try reduced("rgb.png", toCover: (1, 1))
        #expect(image.width == 21 && image.height == 13)
    }
}
