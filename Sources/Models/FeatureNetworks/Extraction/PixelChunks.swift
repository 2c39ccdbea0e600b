import Datasets
import Torch

/// Bytes as what networks take, a few images at a time so that activations stay small.
enum PixelChunks {
    /// Runs `body` on parts of a batch and strings the results together.
    ///
    /// - Parameters:
    ///   - pixels: [N, H, W, C].
    ///   - count: N.
    ///   - shape: Of each image.
    ///   - channels: What `body` wants; grey is repeated for 3.
    ///   - size: Images in a part.
    ///   - device: Where the parts are wanted.
    ///   - extractor: What errors call the network.
    ///   - body: From float32 [n, C, H, W] in [0, 1], channels-last, to a tensor whose first axis is n.
    /// - Throws: ``FeaturesError``, `TorchError`, and what `body` throws.
    static func map(
        _ pixels: [UInt8], count: Int, shape: ImageShape, channels: Int, size: Int, device: Device, extractor: String,
        _ body: (Tensor) throws -> Tensor
    ) throws -> Tensor {
        let found = shape.channels
        guard found == channels || found == 1, found > 0, shape.height > 0, shape.width > 0 else {
            throw FeaturesError.wrongShape(
                extractor: extractor, found: shape, expected: channels == 3 ? "1 or 3 channels" : "1 channel")
        }
        guard count > 0, shape.byteCount.multipliedReportingOverflow(by: count) == (pixels.count, false) else {
            throw FeaturesError.wrongPixelCount(found: pixels.count, count: count, shape: shape)
        }
        return try withoutGradients {
            var results: [Tensor] = []
            for start in stride(from: 0, to: count, by: size) {
                let part = start..<min(start + size, count)
                let bytes = Array(pixels[part.lowerBound * shape.byteCount..<part.upperBound * shape.byteCount])
                var tensor = try Tensor(bytes, [part.count, shape.height, shape.width, found]).to(device)
                if found != channels {
                    tensor = try Tensor.concatenate(Array(repeating: tensor, count: channels), axis: 3)
                }
                let values = try tensor.to(.float32)
                try values.multiplyInPlace(1 / 255)
                results.append(try body(values.permuted([0, 3, 1, 2])))
            }
            return results.count == 1 ? results[0] : try Tensor.concatenate(results, axis: 0)
        }
    }
}
