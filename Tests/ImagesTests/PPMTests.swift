import Testing

@testable import Images

@Suite("PPM and PGM") struct PPMTests {
    private func decode(_ header: String, _ pixels: [UInt8], channels: Int = 3) throws -> PixelImage {
        try PixelImage.decode(Array(header.utf8) + pixels, channels: channels, name: "p.ppm")
    }

    @Test("What is written is read", arguments: [1, 3])
    func roundTrip(channels: Int) throws {
        let pixels = (0..<(5 * 3 * channels)).map { UInt8($0 * 16 & 255) }
        let image = try PixelImage(width: 5, height: 3, channels: channels, pixels: pixels)
        #expect(try PixelImage.decode(image.ppmData(), channels: channels, name: "p").pixels == pixels)
    }

    @Test("Headers may have comments and any spaces; smaller maxima are scaled as Pillow does")
    func headers() throws {
        #expect(
            try decode("P6 # a comment\n1\t# another\n 2\r255\n", [10, 13, 32, 35, 9, 0]).pixels == [
                10, 13, 32, 35, 9, 0,
            ])
        #expect(try decode("P5 3 1 15 ", [0, 7, 15], channels: 1).pixels == [0, 119, 255])
        // What follows the picture, such as another one, is passed over.
        #expect(try decode("P5\n1 1\n255\n", [9, 80, 53], channels: 1).pixels == [9])
    }

    @Test(
        "Damaged, impossible and unsupported files are errors",
        arguments: [
            "P6\n", "P6\n1", "P6\n1 1", "P6\n1 1\n255", "P6\n1 1\n255\n", "P6\n0 1\n255\n", "P6\nx 1\n255\n",
            "P6\n1 1\n65535\n",
            "P6\n99999999999999999999 1\n255\n", "P6\n1073741824 1073741824\n255\n", "P6\n-1 1\n255\n", "P6\n1 1\n0\n",
            "P5\n1 1\n5\n",
        ])
    func damage(header: String) {
        #expect(throws: ImageError.self) { try decode(header, header == "P5\n1 1\n5\n" ? [6] : []) }
    }
}
