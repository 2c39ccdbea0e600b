import Files
import Foundation
import Latents
import Priors
import Torch
import Training

/// What priors say of codes that they were not trained on.
package struct PriorLikelihood: Codable, Sendable, Equatable {
    /// One layer.
    package struct Layer: Codable, Sendable, Equatable {
        /// From 1, in the order of sampling.
        package var layer: Int
        /// Positions down.
        package var height: Int
        /// Positions across.
        package var width: Int
        /// The number of choices at a position, m.
        package var choices: Int
        /// −log₂ p, the mean over images and positions.
        package var bitsPerPosition: Double
        /// −log₂ p of a whole grid, the mean over images.
        package var bitsPerImage: Double
        /// ``bitsPerImage`` to the numbers of an image.
        package var bitsPerDimension: Double
        /// The empirical entropy of these codes without regard to their neighbours (order 0), bits a position.
        package var entropy: Double
        /// The same where the layer before is known: order 0 given the parent codeword.
        package var entropyGivenParent: Double
        /// log₂ m: what a code takes where all are equally likely.
        package var uniform: Double
        /// The share of ``entropy`` that the prior saves, in percent.
        package var saving: Double
    }

    /// Layers in the order of sampling.
    package var layers: [Layer]
    /// How many images were read.
    package var images: Int
    /// Whether the priors were told the images' classes.
    package var isConditional: Bool
    /// −log₂ p of all codes of an image, the mean over images.
    package var bitsPerImage: Double
    /// ``bitsPerImage`` to the numbers of an image.
    package var bitsPerDimension: Double
    /// What an image takes where all codes are equally likely, to its numbers.
    package var uniformBitsPerDimension: Double
    /// Images a second, over all layers.
    package var imagesPerSecond: Double

    /// Measures priors on codes.
    ///
    /// - Parameters:
    ///   - priors: All layers.
    ///   - file: Codes of the same model; with labels where the priors know classes.
    ///   - path: Where the codes come from, for errors.
    ///   - limit: Only so many images, evenly spread; all if `nil`.
    ///   - device: Where the priors are.
    ///   - batch: Images that pass through a network together.
    ///   - progress: Told how many images of all layers are done, and how many there are.
    /// - Throws: ``PriorError/otherModel(what:other:reason:)``, `TorchError`.
    package init(
        _ priors: PriorSet, _ file: CodesFile, path: String, limit: Int? = nil, on device: Device = .cpu,
        batch: Int = 64, progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        if let reason = priors.space.mismatch(with: file.space, classes: .equalOrNone) {
            throw PriorError.otherModel(what: priors.path, other: path, reason: reason)
        }
        let count = min(limit ?? file.count, file.count)
        let places = (0..<count).map { $0 * file.count / count }
        let start = ProcessInfo.processInfo.systemUptime
        layers = []
        for (index, network) in priors.networks.enumerated() {
            let data = try PriorData(file, layer: index, settings: network.settings)
            let nats = try Self.nats(network, data, places, on: device, batch: batch) {
                progress(index * count + $0, priors.networks.count * count)
            }
            let bits = nats / log(2)
            let positions = Double(network.settings.positions)
            let layer = file.space.layers[index]
            let entropies = try CodeEntropy(data, places, choices: layer.choices)
            layers.append(
                Layer(
                    layer: index + 1, height: layer.height, width: layer.width, choices: layer.choices,
                    bitsPerPosition: bits / positions, bitsPerImage: bits,
                    bitsPerDimension: bits / Double(file.space.imageDimensions), entropy: entropies.order0,
                    entropyGivenParent: entropies.givenParent, uniform: log2(Double(layer.choices)),
                    saving: entropies.order0 > 0 ? (1 - bits / positions / entropies.order0) * 100 : 0))
        }
        images = count
        isConditional = priors.isConditional && file.labels != nil
        bitsPerImage = layers.reduce(0) { $0 + $1.bitsPerImage }
        bitsPerDimension = bitsPerImage / Double(file.space.imageDimensions)
        uniformBitsPerDimension = file.space.uniformBits / Double(file.space.imageDimensions)
        imagesPerSecond = Double(count) / max(ProcessInfo.processInfo.systemUptime - start, 1e-9)
    }

    /// −ln p of a grid, the mean over images.
    static func nats(
        _ network: PixelSNAIL, _ data: PriorData, _ places: [Int], on device: Device, batch: Int,
        progress: (Int) -> Void = { _ in }
    ) throws -> Double {
        var total = 0.0
        try withoutGradients {
            for start in stride(from: 0, to: places.count, by: batch) {
                let part = Array(places[start..<min(start + batch, places.count)])
                let input = try data.batch(part, on: device)
                total += Double(try network.loss(input).item()) * Double(part.count)
                progress(start + part.count)
            }
        }
        return total / Double(max(places.count, 1)) * Double(network.settings.positions)
    }

    /// The figures as JSON with sorted keys.
    ///
    /// - Throws: `EncodingError`.
    package func json() throws -> Data { try ReportJSON.data(self) }
}
