import Foundation
import Images
import TestSupport
import Testing

@Suite struct CroppingTests {
    let image: PixelImage

    init() throws {
        image = try PixelImage(width: 3, height: 2, channels: 1, pixels: [1, 2, 3, 4, 5, 6])
    }

    @Test func partsAreCutOut() throws {
        #expect(try image.cropped(x: 1, y: 0, width: 2, height: 2).pixels == [2, 3, 5, 6])
        #expect(try image.cropped(x: 2, y: 1, width: 1, height: 1).pixels == [6])
        #expect(try image.centreCropped(width: 1, height: 1).pixels == [2])
        let colour = image.converted(toChannels: 3)
        #expect(try colour.cropped(x: 1, y: 1, width: 1, height: 1).pixels == [5, 5, 5])
    }

    @Test("The middle is where torchvision's CenterCrop has it: int(round(spare / 2.0))", arguments: 0...12)
    func theMiddleIsTorchvisions(spare: Int) throws {
        let expected = [0, 0, 1, 2, 2, 2, 3, 4, 4, 4, 5, 6, 6][spare]
        let row = try PixelImage(width: 4 + spare, height: 1, channels: 1, pixels: (0..<4 + spare).map { UInt8($0) })
        let column = try PixelImage(width: 1, height: 4 + spare, channels: 1, pixels: row.pixels)
        let wide = try PixelImage(
            width: 4 + spare, height: 4, channels: 1, pixels: Array(repeatElement(row.pixels, count: 4).joined()))
        #expect(try row.centreCropped(width: 4, height: 1).pixels.first == UInt8(expected))
        #expect(try column.centreCropped(width: 1, height: 4).pixels.first == UInt8(expected))
        #expect(try wide.fitted(width: 4, height: 4).pixels.first == UInt8(expected))
        try withTemporaryFolder { folder in
            let path = folder.appendingPathComponent("wide.png").path
            try wide.writePNG(to: path)
            #expect(try PixelImage.readFitted(path, channels: 1, width: 4, height: 4).pixels.first == UInt8(expected))
        }
    }

    @Test func partsOutsideAreRefused() {
        for (x, y, width, height) in [(2, 0, 2, 1), (-1, 0, 1, 1), (0, 0, 0, 1), (0, 0, 3, 3), (Int.max, 0, 1, 1)] {
            #expect(throws: ImageError.self) { try image.cropped(x: x, y: y, width: width, height: height) }
        }
        #expect(throws: ImageError.self) { try image.centreCropped(width: 4, height: 1) }
    }

    @Test func paddingRepeatsTheEdge() throws {
        let padded = try image.paddedToMultiple(of: 4)
        #expect((padded.width, padded.height) == (4, 4))
        #expect(padded.pixels == [1, 2, 3, 3, 4, 5, 6, 6, 4, 5, 6, 6, 4, 5, 6, 6])
        #expect(try padded.cropped(x: 0, y: 0, width: 3, height: 2) == image)
        #expect(try image.paddedToMultiple(of: 1) == image)
        #expect(throws: ImageError.self) { try image.paddedToMultiple(of: 0) }
        #expect(throws: ImageError.self) { try image.paddedToMultiple(of: 100_000_000) }
    }

    @Test func flippingExchangesLeftAndRight() {
        #expect(image.flippedHorizontally().pixels == [3, 2, 1, 6, 5, 4])
        #expect(image.flippedHorizontally().flippedHorizontally() == image)
    }
}
