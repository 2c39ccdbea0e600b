import Autoencoders
import Files
import Images
import Latents
import Torch
import Training

/// A trained autoencoder with what is needed to make pictures of codes.
public struct CodeDecoder {
    /// The model.
    package let model: any Autoencoder
    /// What it was made from.
    package let configuration: RunConfiguration
    /// Where it is.
    package let device: Device
    /// What its codes mean.
    package let space: CodeSpace

    /// Takes a loaded model.
    ///
    /// - Throws: `DigestError`, `TorchError`.
    public init(_ model: any Autoencoder, _ configuration: RunConfiguration, device: Device) throws {
        self.model = model
        self.configuration = configuration
        self.device = device
        space = try CodeSpace(model, configuration)
    }

    /// Pixels of codes' images: [N, H, W, C], without padding.
    ///
    /// - Throws: `CodeError`, `TorchError`.
    public func pixels(_ codes: Codes) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try forEachBatch(codes) { bytes += $0 }
        return bytes
    }

    /// Refuses more images than fit into memory, before their codes are sampled.
    ///
    /// - Throws: `MemoryError`.
    package func requireMemory(images: Int) throws {
        let data = configuration.data
        let codes = space.grids.reduce(ByteCount(0)) {
            // Codes as numbers, once more while they are put together, and as what the next layer is told.
            $0 + ByteCount(images, $1.branchings.count, $1.height, $1.width, 12)
        }
        // Pixels in one piece, and a picture each.
        try MemoryLimit.require(
            codes + ByteCount(images, data.channels, data.height, data.width, 2),
            for: "\(images) images of \(data.shape)", remedy: "\(phrase: .fewerPictures)")
        if device == .cpu {
            try configuration.requireInferenceMemory(images: min(images, Self.batch), model.precision)
        }
    }

    /// Codes' images.
    ///
    /// - Throws: `CodeError`, `ImageError`, `TorchError`.
    public func images(_ codes: Codes) throws -> [PixelImage] {
        var images: [PixelImage] = []
        try forEachImage(codes) { images.append($0) }
        return images
    }

    /// Codes' images, one after the other.
    ///
    /// - Parameters:
    ///   - codes: The codes of any number of images.
    ///   - layers: How many layers to decode from, the first ones; all if `nil`.
    ///   - body: Receives each image.
    /// - Throws: `CodeError`, `ImageError`, `TorchError`, and what `body` throws.
    package func forEachImage(_ codes: Codes, layers: Int? = nil, _ body: (PixelImage) throws -> Void) throws {
        let data = configuration.data
        let size = data.height * data.width * data.channels
        try forEachBatch(codes, layers: layers) { pixels in
            for start in stride(from: 0, to: pixels.count, by: size) {
                try body(
                    PixelImage(
                        width: data.width, height: data.height, channels: data.channels,
                        pixels: Array(pixels[start..<start + size])))
            }
        }
    }

    private func forEachBatch(_ codes: Codes, layers: Int? = nil, _ body: ([UInt8]) throws -> Void) throws {
        for start in stride(from: 0, to: codes.count, by: Self.batch) {
            let range = start..<min(start + Self.batch, codes.count)
            let part = try codes.selected { try $0.narrowed(axis: 0, range) }
            try body(Pixels.bytes(model.decode(part, layers: layers), padding: configuration.data.padding))
        }
    }

    /// The codes of images of the model's own size.
    ///
    /// - Throws: `TorchError`.
    package func encode(_ images: [PixelImage]) throws -> Codes {
        let data = configuration.data
        var parts = space.grids.map { _ in [Tensor]() }
        for start in stride(from: 0, to: images.count, by: Self.batch) {
            let part = images[start..<min(start + Self.batch, images.count)]
            let batch = try Pixels.batch(
                part.flatMap(\.pixels), count: part.count, height: data.height, width: data.width,
                channels: data.channels, padding: data.padding, device: device)
            for (grid, codes) in try model.encode(batch).grids.enumerated() { parts[grid].append(try codes.to(.cpu)) }
        }
        return Codes(
            grids: try parts.map { try Tensor.concatenate($0, axis: 0) }, below: space.grids.map(\.branchings))
    }

    private static let batch = 64
}
