import Images
import Testing

@Suite struct ResizingTests {
    @Test func agreesWithPillow() throws {
        let resizes = try FixtureFiles.manifest().resizes
        #expect(resizes.count == 22)
        for resize in resizes {
            let image = try PixelImage(
                width: resize.width, height: resize.height, channels: resize.channels,
                pixels: FixtureFiles.bytes(resize.source))
            let filter = try #require(ResizeFilter.allCases.first { "\($0)" == resize.filter })
            let result = try image.resized(width: resize.newWidth, height: resize.newHeight, filter: filter)
            let worst = worstDifference(result.pixels, try FixtureFiles.bytes(resize.result))
            #expect(worst == 0, "\(resize.result) differs by \(worst)")
        }
    }

    @Test func sameSizeIsTheSameImage() throws {
        let image = try WritingTests.noise(width: 9, height: 7, channels: 3)
        #expect(try image.resized(width: 9, height: 7) == image)
    }

    @Test func shortestSideDecides() throws {
        let image = try WritingTests.noise(width: 40, height: 30, channels: 1)
        let small = try image.resizedShortestSide(to: 16)
        #expect((small.width, small.height) == (21, 16))
        let high = try WritingTests.noise(width: 30, height: 40, channels: 1).resizedShortestSide(to: 16)
        #expect((high.width, high.height) == (16, 21))
        let covering = try image.resizedToCover(width: 10, height: 20)
        #expect((covering.width, covering.height) == (26, 20))
        for side in 1...50 {
            let covered = try image.resizedToCover(width: side, height: 51 - side)
            #expect(covered.width >= side && covered.height >= 51 - side)
            #expect(covered.width == side || covered.height == 51 - side)
        }
    }

    @Test func impossibleSizesAreRefused() throws {
        let image = try WritingTests.noise(width: 4, height: 4, channels: 1)
        #expect(throws: ImageError.self) { try image.resized(width: 0, height: 4) }
        #expect(throws: ImageError.self) { try image.resized(width: 1 << 20, height: 1 << 20) }
        #expect(throws: ImageError.self) { try image.resizedShortestSide(to: .max) }
    }
}
