import Images
import Testing

@Suite struct PictureGridTests {
    @Test func picturesStandInRowsAndColumns() throws {
        let pictures = try (1...3).map { try PixelImage(width: 1, height: 1, channels: 1, pixels: [UInt8($0)]) }
        let grid = try PictureGrid(columns: 2, gap: 1, scale: 1, background: 9).image(of: pictures)
        #expect((grid.width, grid.height, grid.channels) == (5, 5, 1))
        #expect(
            grid.pixels == [
                9, 9, 9, 9, 9,
                9, 1, 9, 2, 9,
                9, 9, 9, 9, 9,
                9, 3, 9, 9, 9,
                9, 9, 9, 9, 9,
            ])
    }

    @Test func pixelsAreRepeatedAndSizesMayDiffer() throws {
        let small = try PixelImage(width: 1, height: 1, channels: 3, pixels: [1, 2, 3])
        let large = try PixelImage(width: 3, height: 1, channels: 1, pixels: [4, 5, 6])
        let grid = try PictureGrid(columns: 1, gap: 0, scale: 2, background: 0).image(of: [small, large])
        #expect((grid.width, grid.height, grid.channels) == (6, 4, 3))
        let row: [UInt8] = [0, 0, 0, 0, 0, 0, 1, 2, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0]
        #expect(Array(grid.pixels[0..<18]) == row && Array(grid.pixels[18..<36]) == row)
        #expect(Array(grid.pixels[36..<42]) == [4, 4, 4, 4, 4, 4])
    }

    @Test func impossibleLayoutsAreRefused() throws {
        let picture = try PixelImage(width: 1, height: 1, channels: 1, pixels: [1])
        #expect(throws: ImageError.self) { try PictureGrid(columns: 1).image(of: []) }
        #expect(throws: ImageError.self) { try PictureGrid(columns: 0).image(of: [picture]) }
        #expect(throws: ImageError.self) { try PictureGrid(columns: 1, gap: -1).image(of: [picture]) }
        #expect(throws: ImageError.self) { try PictureGrid(columns: 1, scale: 0).image(of: [picture]) }
        let line = try PixelImage(width: 60_000, height: 1, channels: 1, pixels: Array(repeating: 0, count: 60_000))
        #expect(throws: ImageError.self) { try PictureGrid(columns: 1, scale: 4096).image(of: [line]) }
    }
}
