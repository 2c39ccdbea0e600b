import Foundation
import HRVQ

/// Codes of a folder of JPEG files by `hrvqvae-ffhq`, from the files to the codes, as `hrvq tokenize` makes them.
struct TokenizeWorkload: BenchWorkload {
    let unit = "images"
    private let model: any Autoencoder
    private let tokenizer: Tokenizer
    private let dataset: PictureDataset

    init(folder: String) throws {
        var configuration = try Preset.ffhq.configuration()
        configuration.training.batchSize = 16
        configuration.data.workers = Engine.threadCount
        model = try configuration.makeAutoencoder()
        model.precision = configuration.elementType(on: .cpu)
        tokenizer = Tokenizer(model: model, configuration: configuration, device: .cpu)
        dataset = try PictureDataset(
            folder: folder, split: .test, shape: ImageShape(channels: 3, height: 256, width: 256), testShare: 1)
    }

    mutating func repeated(_ count: Int) throws -> Int {
        var encoded = 0
        for _ in 0..<count { encoded += try tokenizer.codes(dataset).codes.count }
        return encoded
    }

    /// The products of the encoder's convolutions.
    func bound() throws -> WorkBound? {
        let operations = try OperationCounter.count {
            _ = try model.encode(Tensor.zeros([1, 3, 256, 256]).channelsLast())
        }
        return WorkBound(operations: Double(operations), type: model.precision)
    }

    /// Writes the files.
    static func write(to folder: URL, count: Int = 32, side: Int = 256) throws {
        var stream = SeededGenerator(seed: 1, stream: "bench files")
        for index in 0..<count {
            let pixels = SmoothPictures.bytes(1, side: side, places: 16, using: &stream)
            try PixelImage(width: side, height: side, channels: 3, pixels: pixels)
                .writeJPEG(to: folder.appendingPathComponent("picture-\(index).jpg").path)
        }
    }
}
