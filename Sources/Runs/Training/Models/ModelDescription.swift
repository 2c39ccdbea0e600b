import Autoencoders
import Files
import Foundation
import Latents
import Metrics
import Quantization
import Torch

/// What a model is made of, as `hrvq inspect` shows it.
package struct ModelDescription: Codable, Sendable, Equatable {
    /// A layer of a quantizer.
    package struct Layer: Codable, Sendable, Equatable {
        /// Positions down.
        package var height: Int
        /// Positions across.
        package var width: Int
        /// Codebooks of the layer.
        package var codebooks: Int
        /// Codewords a codebook, m.
        package var branching: Int
        /// Codewords of the whole layer.
        package var codewords: Int
        /// The length of a codeword.
        package var dimension: Int
        /// Distances to codewords that are computed for a position; 0 where latents are rounded instead.
        package var distances: Int
    }

    /// The autoencoder's kind.
    package var kind: String
    /// Channels, height and width of an image.
    package var image: [Int]
    /// Pixels of padding on each side.
    package var padding: Int
    /// The quantizers' layers in order.
    package var layers: [Layer]
    /// Trained numbers of the encoder.
    package var encoderParameters: Int
    /// Numbers in codebooks.
    package var codebookParameters: Int
    /// Trained numbers of the decoder.
    package var decoderParameters: Int
    /// Distances computed for a latent position, over all layers.
    package var distancesPerPosition: Int
    /// Bits of codes to one pixel.
    package var bitsPerPixel: Double
    /// Bits of 8-bit pixels to bits of codes.
    package var compression: Double

    /// Describes a model.
    package init(_ configuration: RunConfiguration, _ model: any Autoencoder) {
        kind = configuration.kindName
        image = [configuration.data.channels, configuration.data.height, configuration.data.width]
        padding = configuration.data.padding
        let grids = model.grids(height: configuration.paddedHeight, width: configuration.paddedWidth)
        layers = zip(grids, model.quantizers).flatMap { grid, quantizer in
            quantizer.layers.map { layer in
                Layer(
                    height: grid.height, width: grid.width, codebooks: layer.codebooks, branching: layer.branching,
                    codewords: layer.codewords, dimension: quantizer.dimension,
                    distances: layer.distances)
            }
        }
        func count(_ prefixes: String...) -> Int {
            model.parameters.all.filter { parameter in prefixes.contains { parameter.name.hasPrefix($0) } }
                .reduce(0) { $0 + $1.tensor.count }
        }
        encoderParameters = count("encoder", "projections.")
        codebookParameters = count("quantizer")
        decoderParameters = count("decoder", "upsamplings.")
        distancesPerPosition = layers.reduce(0) { $0 + $1.distances }
        let rate = Rate(configuration, model)
        bitsPerPixel = rate.bitsPerPixel
        compression = rate.compression
    }

    /// The description as lines for a person.
    package var text: String {
        func line(_ label: String, _ value: String) -> String { LabelledLine.text(label, value) }
        func thousands(_ number: Int) -> String {
            var digits = String(number)
            var groups: [String] = []
            while digits.count > 3 {
                groups.insert(String(digits.suffix(3)), at: 0)
                digits = String(digits.dropLast(3))
            }
            return ([digits] + groups).joined(separator: ",")
        }
        var lines = [
            line("model", kind),
            line("image", "\(image[2])×\(image[1])×\(image[0])" + (padding > 0 ? ", padded by \(padding)" : "")),
        ]
        for (index, layer) in layers.enumerated() {
            let codebooks = layer.codebooks == 1 ? "1 codebook" : "\(layer.codebooks) codebooks"
            let codewords =
                layer.distances == 0
                ? "\(layer.codewords) codes without a codebook"
                : "\(codebooks) of \(layer.branching) codewords (\(layer.codewords) in all)"
            // The levels of VQ-VAE-2 are numbered from the finest grid, and the coarsest one is quantized first.
            let level = kind.hasPrefix(ModelKind.vqvae2.rawValue) ? " (level \(layers.count - index))" : ""
            lines.append(
                line(
                    "layer \(index + 1)\(level)",
                    "\(layer.width)×\(layer.height) grid, \(codewords), dimension \(layer.dimension)"))
        }
        let choices = layers.map { String($0.distances) }
        let distances =
            distancesPerPosition == 0
            ? "none, as latents are rounded"
            : Set(choices).count == 1 ? "\(choices.count)×\(choices[0])" : choices.joined(separator: " + ")
        lines += [
            line("distances a position", distances),
            line("encoder parameters", thousands(encoderParameters)),
            line("codebook parameters", thousands(codebookParameters)),
            line("decoder parameters", thousands(decoderParameters)),
            line("bits per pixel", String(format: "%.4f", bitsPerPixel)),
            line("rate", String(format: "%.1f (bits of 8-bit pixels to bits of codes)", compression)),
        ]
        return lines.joined(separator: "\n")
    }

    /// The description as JSON with sorted keys.
    ///
    /// - Throws: `EncodingError`.
    package func json() throws -> Data {
        try ReportJSON.data(self)
    }
}
