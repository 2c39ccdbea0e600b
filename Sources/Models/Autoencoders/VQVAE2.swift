import Latents
import Quantization
import Torch

/// VQ-VAE-2 (Razavi et al. 2019) with any number of levels L, level 0 the finest.
///
///     x ─► E₀ ─► h₀ ─► E₁ ─► h₁ ─► … ─► h_{L−1}                        each level halves the grid
///                                        │ P, quantize                  the top level first
///                                        ▼
///          z₀ ◄─ P₀[D₁(q₁), h₀] ◄─ … ◄─ q_{L−1}                         D decodes a level to the next grid
///     q₀, U₁(q₁), …, U_{L−1}(q_{L−1}) ─► decoder ─► x̂                   U upsamples to the finest grid
///
/// The top is quantized first; each lower level is quantized from its encoder's features concatenated with the decoded
/// level above; the decoder sees all levels. Gradients pass each quantizer straight through.
///
/// A level's terms of the objective are β ‖sg[q_l] − z_l‖², and ‖sg[z_l] − q_l‖² where codewords are learnt by gradient.
package final class VQVAE2: Autoencoder {
    /// All parameters: `encoders.l.…`, `projections.l.…`, `quantizers.l.…`, `decoders.l.…`, `upsamplings.l.…`,
    /// `decoder.…`.
    package let parameters: ParameterStore
    /// The element type of the convolutions; quantizers and losses are in float32 always.
    package var precision: DataType = .float32
    /// The network's widths and depths.
    package let network: NetworkSettings
    /// The number of levels L.
    package let levels: Int
    /// A level's encoder, the finest first.
    private let encoders: [FeatureEncoder]
    /// A level's 1×1 convolution to codewords' dimension, the finest first.
    private let projections: [Convolution2D]
    /// A level's quantizer, the finest first.
    private let levelQuantizers: [any LatentQuantizer]
    /// The decoder of each level but the finest to the next finer grid.
    private let levelDecoders: [Decoder]
    /// For each level but the finest, transposed convolutions up to the finest grid.
    private let upsamplings: [[TransposedConvolution2D]]
    private let decoder: Decoder

    /// Makes a model with fresh parameters.
    ///
    /// - Parameters:
    ///   - network: Widths and depths; `downsampling` is the finest level's.
    ///   - levels: L.
    ///   - quantizer: The settings of every level's quantizer; a level has one codebook at most.
    ///   - generator: Where initial numbers come from.
    ///   - device: Where the parameters are.
    /// - Throws: `TorchError`.
    package init(
        network: NetworkSettings, levels: Int, quantizer: any LatentQuantizerSettings, generator: Generator,
        device: Device = .cpu
    ) throws {
        precondition(levels >= 1, "a VQ-VAE-2 of \(levels) levels")
        parameters = ParameterStore(device: device)
        self.network = network
        self.levels = levels
        let scope = Scope(store: parameters, generator: generator)
        let dimension = quantizer.dimension
        encoders = try (0..<levels).map { level in
            try FeatureEncoder(
                scope / "encoders" / level, level == 0 ? network : network.halving(channels: network.hiddenUnits))
        }
        projections = try (0..<levels).map { level in
            try Convolution2D(
                scope / "projections" / level,
                inputs: network.hiddenUnits + (level + 1 < levels ? dimension : 0), outputs: dimension, filter: 1)
        }
        levelQuantizers = try (0..<levels).map { try quantizer.makeQuantizer(scope / "quantizers" / $0) }
        precondition(
            levelQuantizers.allSatisfy { $0.layers.allSatisfy { $0.codebooks == 1 } },
            "a level of VQ-VAE-2 has a flat codebook")
        levelDecoders = try (1..<max(levels, 1)).map { level in
            try Decoder(scope / "decoders" / level, network.halving(channels: dimension), dimension: dimension)
        }
        upsamplings = try (1..<max(levels, 1)).map { level in
            try (0..<level).map { doubling in
                try TransposedConvolution2D(
                    scope / "upsamplings" / level / doubling, inputs: dimension, outputs: dimension, filter: 4,
                    stride: 2, padding: 1)
            }
        }
        decoder = try Decoder(scope / "decoder", network, dimension: levels * dimension)
    }

    /// One quantizer a level, the top level first.
    package var quantizers: [any LatentQuantizer] { levelQuantizers.reversed() }
    /// The image's side divided by the top level's grid.
    package var downsampling: Int { network.downsampling << (levels - 1) }
    /// Colour channels of the images.
    package var channels: Int { network.channels }

    /// Every level's encoder and decoder reach as far as those of a model with one level, in positions of its own grid.
    package var receptiveRadius: Int {
        (0..<levels).reduce(0) { sum, level in
            sum + (network.downsampling << level) * 2 * (network.filterSize / 2 + network.residualBlocks + 3)
        }
    }

    /// One grid a level, the top level first.
    package func grids(height: Int, width: Int) -> [LatentGrid] {
        (0..<levels).reversed().map { level in
            LatentGrid(
                height: height / (network.downsampling << level), width: width / (network.downsampling << level),
                branchings: levelQuantizers[level].layers.map(\.branching))
        }
    }

    /// The nearest codewords of all levels.
    ///
    /// - Throws: `TorchError`.
    package func encode(_ images: Tensor) throws -> Codes {
        try withoutGradients {
            var grids: [Tensor] = []
            try descend(features(images)) { level, latents in
                guard level > 0 else {
                    grids.append(try levelQuantizers[level].encode(latents))
                    return latents
                }
                let (codes, quantized) = try levelQuantizers[level].encodeAndQuantize(latents)
                grids.append(codes)
                return quantized
            }
            return Codes(grids: grids, below: quantizers.map { $0.layers.map(\.branching) })
        }
    }

    /// The images that codes stand for, or the coarsest levels of them, in [−0.5, 0.5].
    ///
    /// - Parameters:
    ///   - codes: Child indices, one grid a level, the top level first; grids of levels that are left out may be missing.
    ///   - layers: How many levels to use, the coarsest ones, 1 to L; all if `nil`. The vectors of finer levels are zero.
    /// - Throws: `CodeError`, `TorchError`.
    package func decode(_ codes: Codes, layers: Int?) throws -> Tensor {
        let shares = try self.shares(ofFirst: layers)
        let used = shares.count { $0 > 0 }
        let expected = min(max(codes.grids.count, used), levels)
        guard codes.grids.count == expected else {
            throw CodeError.grids(found: codes.grids.count, expected: expected)
        }
        try check(codes, shares: shares)
        return try withoutGradients {
            var quantized = try (0..<used).map { index in
                try quantizers[index].decode(codes.grids[index].to(parameters.device), layers: shares[index])
            }
            let top = quantized[0].shape
            for index in used..<max(levels, used) {
                quantized.append(
                    try Tensor.zeros([top[0], top[1], top[2] << index, top[3] << index], device: parameters.device)
                        .channelsLast())
            }
            return try image(from: quantized).clamped(to: -0.5...0.5)
        }
    }

    /// The image of the nearest codewords of all levels.
    ///
    /// - Throws: `TorchError`.
    package func reconstruct(_ images: Tensor) throws -> Tensor {
        try withoutGradients {
            var quantized: [Tensor] = []
            try descend(features(images)) { level, latents in
                quantized.append(try levelQuantizers[level].encodeAndQuantize(latents).quantized)
                return quantized[quantized.count - 1]
            }
            return try image(from: quantized).clamped(to: -0.5...0.5)
        }
    }

    /// The whole model; where levels of an image are left out, the image decoder sees zeros in their place.
    ///
    /// Lower levels are quantized as in encoding, given all levels above, whatever the image decoder sees of them.
    ///
    /// - Throws: `CodeError.layers`, `TorchError`.
    package func forward(_ images: Tensor, layers: [Int]?) throws -> AutoencoderOutput {
        let shares = try layers?.map { try self.shares(ofFirst: $0) }
        var outputs: [any QuantizerOutput] = []
        try descend(features(images)) { level, latents in
            let index = levels - 1 - level
            let output = try levelQuantizers[level].quantize(latents, keptLayers: shares?.map { $0[index] })
            outputs.append(output)
            return output.quantized
        }
        return AutoencoderOutput(
            reconstruction: try image(from: outputs.map(\.shortened)), quantizers: outputs)
    }

    /// The rows [N·H·W, D] of a level's latents, quantizer 0 the top level's.
    ///
    /// - Throws: `TorchError`.
    package func vectors(_ images: Tensor, quantizer index: Int) throws -> Tensor {
        try withoutGradients {
            let wanted = levels - 1 - index
            var result: Tensor?
            try descend(features(images), to: wanted) { level, latents in
                if level == wanted {
                    result = try latents.latentRows()
                    return latents
                }
                return try levelQuantizers[level].encodeAndQuantize(latents).quantized
            }
            guard let result else { preconditionFailure("quantizer \(index) of a model with \(levels)") }
            return result
        }
    }

    /// z_l of every level, float32 [N, D, H, W], the top level first.
    ///
    /// - Throws: `TorchError`.
    package func latents(_ images: Tensor) throws -> [Tensor] {
        var result: [Tensor] = []
        try descend(features(images)) { level, latents in
            result.append(latents)
            return try levelQuantizers[level].quantize(latents, keptLayers: nil).quantized
        }
        return result
    }

    // MARK: - Parts

    /// h_l of every level, the finest first.
    private func features(_ images: Tensor) throws -> [Tensor] {
        var input = try images.to(precision)
        return try encoders.map { encoder in
            input = try encoder(input)
            return input
        }
    }

    /// Goes from the top level down to a lower one: `quantize` gets a level's latents and returns what the levels below
    /// see of it.
    private func descend(
        _ features: [Tensor], to last: Int = 0, _ quantize: (Int, Tensor) throws -> Tensor
    ) throws {
        var above: Tensor?
        for level in stride(from: levels - 1, through: last, by: -1) {
            let input = try above.map { try Tensor.concatenate([$0, features[level]], axis: 1) } ?? features[level]
            let latents = try projections[level](input).to(.float32).channelsLast()
            let seen = try quantize(level, latents)
            above = level > last ? try levelDecoders[level - 1](seen.to(precision)) : nil
        }
    }

    /// x̂ from all levels, the top level first.
    private func image(from quantized: [Tensor]) throws -> Tensor {
        let upsampled = try quantized.enumerated().map { index, level in
            let doublings = levels - 1 - index
            var grid = try level.to(precision)
            guard doublings > 0 else { return grid }
            for (step, up) in upsamplings[doublings - 1].enumerated() {
                grid = try up(grid)
                if step < doublings - 1 { grid = try grid.reluInPlace() }
            }
            return grid
        }
        let input = levels == 1 ? upsampled[0] : try Tensor.concatenate(upsampled, axis: 1)
        return try decoder(input.channelsLast()).to(.float32)
    }
}
