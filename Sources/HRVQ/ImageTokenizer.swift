import Bitstream
import Compression
import Foundation
import Images
import Torch
import Training

/// A trained model, from pictures to integers and bytes and back.
///
/// ```swift
/// let tokenizer = try ImageTokenizer(folder: URL(fileURLWithPath: "runs/faces"))
/// let image = try PixelImage.read("face.png", channels: tokenizer.channels)
/// let codes = try tokenizer.encode(image)            // codes.layers[0]: [height][width] of integers
/// let again = try tokenizer.decode(codes)            // the reconstruction, as large as the picture
/// let bytes = try tokenizer.compress(image)          // the contents of a .hrvq file
/// let same = try tokenizer.decompress(bytes)
/// ```
///
/// Pictures have any size; large ones pass the network tile by tile.
public struct ImageTokenizer {
    /// The codes of one picture.
    public struct Codes: Sendable, Equatable {
        /// Pixels from left to right.
        public let width: Int
        /// Pixels from top to bottom.
        public let height: Int
        /// The codes of each layer, the first one quantized first: rows from top to bottom of codes from left to right, each
        /// in 0 ..< ``ImageTokenizer/codebookSizes`` of its layer. There may be fewer layers than the model has: the first.
        public let layers: [[[Int32]]]

        /// Codes from elsewhere, such as a transformer's.
        public init(width: Int, height: Int, layers: [[[Int32]]]) {
            self.width = width
            self.height = height
            self.layers = layers
        }

        /// The first layers alone, which are a coarser version of the picture.
        ///
        /// - Parameter count: How many, from 1.
        public func prefix(_ count: Int) -> Codes {
            Codes(width: width, height: height, layers: Array(layers.prefix(count)))
        }
    }

    private let compressor: ImageCompressor

    /// Loads a model.
    ///
    /// - Parameters:
    ///   - folder: The folder of a run, or of a model: `config.json` and `model.safetensors`.
    ///   - device: Where to compute.
    ///   - precision: The element type of the convolutions; the run's own if `nil`.
    /// - Throws: `FileError`, `ConfigurationError`, `MemoryError`, `TorchError`.
    public init(folder: URL, device: DeviceChoice = .auto, precision: Precision? = nil) throws {
        compressor = try ImageCompressor(folder: folder, device: device.resolve(), precision: precision)
    }

    /// Colour channels of the pictures: 1 or 3.
    public var channels: Int { compressor.model.channels }

    /// The codebook size m of each layer.
    public var codebookSizes: [Int] {
        compressor.model.grids(height: compressor.model.downsampling, width: compressor.model.downsampling)
            .flatMap(\.branchings)
    }

    /// The codes of a picture.
    ///
    /// - Parameter image: Of any size; colours are converted to the model's channels.
    /// - Throws: `ImageError`, `MemoryError`, `TorchError`.
    public func encode(_ image: PixelImage) throws -> Codes {
        let found = try compressor.encode(image.converted(toChannels: channels))
        return Codes(
            width: image.width, height: image.height,
            layers: zip(found.layers, found.values).map { layer, values in
                (0..<layer.height).map { Array(values[$0 * layer.width..<($0 + 1) * layer.width]) }
            })
    }

    /// The picture that codes stand for, or the first layers of them.
    ///
    /// - Throws: ``CodesError`` where they are not codes of this model for a picture of their size; `ImageError`,
    ///   `TorchError`.
    public func decode(_ codes: Codes) throws -> PixelImage {
        try compressor.decode(layered(codes), width: codes.width, height: codes.height)
    }

    /// The contents of a `.hrvq` file.
    ///
    /// - Parameter image: Of any size; colours are converted to the model's channels.
    /// - Throws: `BitstreamError` where the picture is larger than a file may say, `ImageError`, `TorchError`.
    public func compress(_ image: PixelImage) throws -> Data {
        Data(try compressor.compress(image.converted(toChannels: channels)).bytes(limits: compressor.limits))
    }

    /// The picture of a `.hrvq` file.
    ///
    /// - Parameters:
    ///   - data: The whole file. Of several pictures, the first is returned.
    ///   - layers: Decode the first layers alone, which need not be followed by others; all if `nil`.
    /// - Throws: `BitstreamError` where the bytes are damaged or another model's, `ImageError`, `TorchError`.
    public func decompress(_ data: Data, layers: Int? = nil) throws -> PixelImage {
        let name = "the data"
        let file = try CompressedImage(
            bytes: Array(data), layers: layers, limits: compressor.limits, name: name)
        var first: PixelImage?
        try compressor.decompress(file, images: 0..<min(1, file.header.images), name: name) { first = $0 }
        guard let first else {
            throw BitstreamError.malformed(
                name: name, reason: "it holds no picture", expected: "one at least", wholeLayers: 0)
        }
        return first
    }

    /// Checks codes, which may come from anywhere.
    private func layered(_ codes: Codes) throws -> LayeredCodes {
        let expected = try compressor.layers(ofWidth: codes.width, height: codes.height)
        guard (1...expected.count).contains(codes.layers.count) else {
            throw CodesError.layers(found: codes.layers.count, available: expected.count)
        }
        for (index, (rows, layer)) in zip(codes.layers, expected).enumerated() {
            guard rows.count == layer.height, rows.allSatisfy({ $0.count == layer.width }) else {
                throw CodesError.size(
                    layer: index + 1, width: rows.first?.count ?? 0, height: rows.count, expectedWidth: layer.width,
                    expectedHeight: layer.height)
            }
            if let wrong = rows.joined().first(where: { $0 < 0 || Int($0) >= layer.choices }) {
                throw CodesError.range(layer: index + 1, found: Int(wrong), codebookSize: layer.choices)
            }
        }
        return LayeredCodes(images: 1, layers: expected, values: codes.layers.map { Array($0.joined()) })
    }
}

/// Codes that a model cannot decode.
public enum CodesError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There are no layers, or more than the model has.
    case layers(found: Int, available: Int)
    /// A layer has another size than a picture of the codes' size has.
    case size(layer: Int, width: Int, height: Int, expectedWidth: Int, expectedHeight: Int)
    /// A code is outside of its codebook.
    case range(layer: Int, found: Int, codebookSize: Int)

    /// What, where, what was expected.
    public var description: String {
        switch self {
        case .layers(let found, let available):
            "the codes have \(found) layers; expected 1 to \(available)"
        case .size(let layer, let width, let height, let expectedWidth, let expectedHeight):
            "layer \(layer) of the codes is \(width)×\(height); expected \(expectedWidth)×\(expectedHeight) for a picture of "
                + "this size"
        case .range(let layer, let found, let codebookSize):
            "layer \(layer) holds the code \(found); expected 0 to \(codebookSize - 1)"
        }
    }
}
