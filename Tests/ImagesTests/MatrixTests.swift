import Foundation
import Testing

@testable import Images

/// The folder that Tools/fixtures/images_matrix.py makes.
private struct Matrix: Decodable {
    struct Picture: Decodable {
        var file: String
        var width: Int
        var height: Int
        /// Where the pixels begin in pixels.bin: RGB, then grey.
        var start: Int
        /// Why the pixels are not Pillow's.
        var note: String?
    }

    /// A file that lacks pixels, or is of a kind that is not read.
    struct Refused: Decodable {
        var file: String
        /// The case of `ImageError`.
        var error: String
    }

    var pictures: [Picture]
    var refused: [Refused]

    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = Bundle.module.resourceURL ?? URL(fileURLWithPath: ".")
        return [UInt8](try Data(contentsOf: folder.appendingPathComponent("Matrix/\(name)")))
    }

    static func all() throws -> Matrix {
        try JSONDecoder().decode(Matrix.self, from: Data(try bytes("manifest.json")))
    }
}

@Suite("A matrix of pictures") struct MatrixTests {
    @Test("Four hundred files of all kinds give the pixels that Pillow gives")
    func everyPictureAgreesWithPillow() throws {
        let pictures = try Matrix.all().pictures
        #expect(pictures.count >= 400)
        let pixels = try Matrix.bytes("pixels.bin")
        for picture in pictures {
            let bytes = try Matrix.bytes(picture.file)
            var start = picture.start
            for channels in [3, 1] {
                let end = start + picture.width * picture.height * channels
                defer { start = end }
                do {
                    let image = try PixelImage.decode(bytes, channels: channels, name: picture.file)
                    #expect(image.width == picture.width && image.height == picture.height, "\(picture.file)")
                    let worst = worstDifference(image.pixels, Array(pixels[start..<end]))
                    #expect(worst == 0, "\(picture.file), \(channels) channels: off by \(worst)")
                } catch {
                    Issue.record("\(error)")
                }
            }
        }
    }

    @Test("Files that lack pixels, and kinds that are not read, are refused by the error that says so")
    func whatLacksPixelsIsRefused() throws {
        let refused = try Matrix.all().refused
        #expect(refused.count >= 30)
        for file in refused {
            for target in [nil, (1, 1)] {
                do {
                    _ = try PixelImage.decodeReduced(
                        Matrix.bytes(file.file), channels: 3, name: file.file, toCover: target)
                    Issue.record("\(file.file) was read; expected \(file.error)")
                } catch let error as ImageError {
                    let name =
                        switch error {
                        case .damaged: "damaged"
                        case .unsupported: "unsupported"
                        case .tooLarge: "tooLarge"
                        default: "another"
                        }
                    #expect(name == file.error, "\(error)")
                }
            }
        }
    }
}
