import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("The tokenizer of a model's folder")
struct ImageTokenizerTests {
    private static let fsq = [
        "model.kind=vqvae", "quantizer.kind=fsq", "quantizer.levels=[5, 3]", "quantizer.layers=1",
        "quantizer.branching=15", "quantizer.dimension=2", "quantizer.beta=0", "quantizer.betaSum=0",
        "quantizer.decay=0", "quantizer.reviveAfter=0", "quantizer.initialization=random",
    ]

    /// A model with fresh weights, in a folder.
    private func withTokenizer(_ overrides: [String] = [], _ body: (ImageTokenizer) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let configuration = try RunConfiguration.resolve(
                preset: "hrvqvae-tiny", overrides: ["training.precision=float32"] + overrides)
            let model = try configuration.makeAutoencoder()
            try ModelFolder(folder).save(configuration, parameters: model.parameters.state(), step: 0)
            try body(ImageTokenizer(folder: folder, device: .cpu))
        }
    }

    private func picture(_ width: Int, _ height: Int, channels: Int) throws -> PixelImage {
        try PixelImage(
            width: width, height: height, channels: channels,
            pixels: (0..<width * height * channels).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 / 7) })
    }

    @Test("Codes and bytes give the same picture, of the original's size", arguments: [[], fsq])
    func roundTrips(_ overrides: [String]) throws {
        try withTokenizer(overrides) { tokenizer in
            let image = try picture(21, 13, channels: tokenizer.channels)
            let codes = try tokenizer.encode(image)
            #expect(codes.width == 21 && codes.height == 13 && codes.layers.count == tokenizer.codebookSizes.count)
            for (rows, size) in zip(codes.layers, tokenizer.codebookSizes) {
                #expect(rows.joined().allSatisfy { (0..<Int32(size)).contains($0) })
            }
            let decoded = try tokenizer.decode(codes)
            #expect(decoded.width == 21 && decoded.height == 13 && decoded.channels == tokenizer.channels)
            #expect(try tokenizer.decompress(tokenizer.compress(image)) == decoded)
            let other = try picture(21, 13, channels: 4 - tokenizer.channels)
            #expect(try tokenizer.encode(other) == tokenizer.encode(other.converted(toChannels: tokenizer.channels)))
            guard codes.layers.count > 1 else { return }
            let coarse = try tokenizer.decode(codes.prefix(1))
            #expect(coarse != decoded)
            #expect(try tokenizer.decompress(tokenizer.compress(image), layers: 1) == coarse)
        }
    }

    @Test("Codes that the model cannot have made are errors that say what was expected")
    func foreign() throws {
        try withTokenizer { tokenizer in
            let codes = try tokenizer.encode(picture(16, 16, channels: tokenizer.channels))
            let (layers, size) = (codes.layers, tokenizer.codebookSizes[0])
            func error(_ layers: [[[Int32]]], width: Int = 16) -> CodesError? {
                #expect(throws: CodesError.self) {
                    try tokenizer.decode(.init(width: width, height: 16, layers: layers))
                }
            }
            #expect(error([]) == .layers(found: 0, available: layers.count))
            #expect(error(layers + layers) == .layers(found: 2 * layers.count, available: layers.count))
            var wrong = layers
            wrong[0][0][0] = Int32(size)
            #expect(error(wrong) == .range(layer: 1, found: size, codebookSize: size))
            wrong[0][0][0] = -1
            #expect(error(wrong) == .range(layer: 1, found: -1, codebookSize: size))
            wrong = layers
            wrong[1].removeLast()
            if case .size(layer: 2, _, _, _, _) = error(wrong) {
            } else {
                Issue.record("a layer of another size passed")
            }
            if case .size(layer: 1, _, _, _, _) = error(layers, width: 32) {} else { Issue.record("a width passed") }
            #expect(throws: (any Error).self) { try tokenizer.decode(.init(width: .max, height: .max, layers: layers)) }
            #expect(throws: (any Error).self) { try tokenizer.decode(.init(width: 0, height: 16, layers: layers)) }
        }
    }

    @Test("A folder without a model, and bytes without a picture, are errors that can be caught by type")
    func errors() throws {
        #expect(throws: FileError.self) { try ImageTokenizer(folder: URL(fileURLWithPath: "/nowhere"), device: .cpu) }
        try withTokenizer { tokenizer in
            #expect(throws: BitstreamError.self) { try tokenizer.decompress(Data([1, 2, 3])) }
            let bytes = try tokenizer.compress(picture(16, 16, channels: tokenizer.channels))
            #expect(throws: BitstreamError.self) { try tokenizer.decompress(bytes.dropLast()) }
        }
    }
}
