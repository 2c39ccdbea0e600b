/// A tensor of rosinality's state dictionary, and where it is in ours.
struct RosinalityEntry: Sendable {
    /// The place of a tensor in a model of ours. Level 0 is the bottom, as in `VQVAE2`.
    enum Place: Sendable {
        /// A weight of the same shape.
        case parameter(String)
        /// Theirs are columns, [D, K]; ours rows, `quantizers.level.codebooks.0` of shape [1, K, D].
        case codewords(level: Int)
        /// How many vectors each codeword got, a moving average, [K] in both.
        case counts(level: Int)
        /// The sum of these vectors, a moving average: theirs [D, K], ours [K, D].
        case sums(level: Int)
    }

    /// Their key.
    var name: String
    /// Their shape.
    var shape: [RosinalityAxis]
    /// Our place.
    var place: Place
    /// Ours is theirs times this power of two.
    var factor = 1.0

    /// Every tensor of their `VQVAE`, in the order of its `state_dict()`.
    ///
    /// Their layers are numbered as they lie in an `nn.Sequential`, ReLUs counted:
    ///
    ///     enc_b   0 conv 4×4   2 conv 4×4   4 conv 3×3   5 … residual blocks
    ///     enc_t   0 conv 4×4   2 conv 3×3   3 … residual blocks
    ///     dec_t   0 conv 3×3   1 … residual blocks   n + 2 transposed 4×4
    ///     dec     0 conv 3×3   1 … residual blocks   n + 2 transposed 4×4   n + 4 transposed 4×4
    ///
    /// Their images are in [−1, 1], ours in [−0.5, 0.5]. x′ = 2x is undone where the image comes in, W x′ = (2W) x, and
    /// where it goes out, x̂ = (W h + b)/2; everything between is the same.
    ///
    /// - Parameter n: Residual blocks of each encoder and decoder.
    static func table(residualBlocks n: Int) -> [RosinalityEntry] {
        let parts: [[RosinalityEntry]] = [
            convolution("enc_b.blocks.0", "encoders.0.down.0", [.halfHidden, .channels, 4, 4], factor: 2),
            convolution("enc_b.blocks.2", "encoders.0.down.1", [.hidden, .halfHidden, 4, 4]),
            convolution("enc_b.blocks.4", "encoders.0.conv", [.hidden, .hidden, 3, 3]),
            residual("enc_b.blocks", from: 5, "encoders.0.residual", count: n),

            convolution("enc_t.blocks.0", "encoders.1.down.0", [.halfHidden, .hidden, 4, 4]),
            convolution("enc_t.blocks.2", "encoders.1.conv", [.hidden, .halfHidden, 3, 3]),
            residual("enc_t.blocks", from: 3, "encoders.1.residual", count: n),

            convolution("quantize_conv_t", "projections.1", [.dimension, .hidden, 1, 1]),
            quantizer("quantize_t", level: 1),

            convolution("dec_t.blocks.0", "decoders.1.conv", [.hidden, .dimension, 3, 3]),
            residual("dec_t.blocks", from: 1, "decoders.1.residual", count: n),
            transposed("dec_t.blocks.\(n + 2)", "decoders.1.up.0", [.hidden, .dimension, 4, 4]),

            convolution("quantize_conv_b", "projections.0", [.dimension, .dimensionAndHidden, 1, 1]),
            quantizer("quantize_b", level: 0),

            transposed("upsample_t", "upsamplings.1.0", [.dimension, .dimension, 4, 4]),

            convolution("dec.blocks.0", "decoder.conv", [.hidden, .twoDimensions, 3, 3]),
            residual("dec.blocks", from: 1, "decoder.residual", count: n),
            transposed("dec.blocks.\(n + 2)", "decoder.up.0", [.hidden, .halfHidden, 4, 4]),
            transposed(
                "dec.blocks.\(n + 4)", "decoder.up.1", [.halfHidden, .channels, 4, 4], factor: 0.5, biasFactor: 0.5),
        ]
        return parts.flatMap { $0 }
    }

    /// Where the residual blocks of each of their stacks start.
    static let residualStarts = [("enc_b", 5), ("enc_t", 3), ("dec_t", 1), ("dec", 1)]

    private static func convolution(
        _ theirs: String, _ ours: String, _ shape: [RosinalityAxis], factor: Double = 1
    ) -> [RosinalityEntry] {
        layer(theirs, ours, shape, outputs: shape[0], factor: factor, biasFactor: 1)
    }

    /// PyTorch stores a transposed convolution as [inputs, outputs, height, width].
    private static func transposed(
        _ theirs: String, _ ours: String, _ shape: [RosinalityAxis], factor: Double = 1, biasFactor: Double = 1
    ) -> [RosinalityEntry] {
        layer(theirs, ours, shape, outputs: shape[1], factor: factor, biasFactor: biasFactor)
    }

    private static func layer(
        _ theirs: String, _ ours: String, _ shape: [RosinalityAxis], outputs: RosinalityAxis, factor: Double,
        biasFactor: Double
    ) -> [RosinalityEntry] {
        [
            RosinalityEntry(
                name: "\(theirs).weight", shape: shape, place: .parameter("\(ours).weight"), factor: factor),
            RosinalityEntry(
                name: "\(theirs).bias", shape: [outputs], place: .parameter("\(ours).bias"), factor: biasFactor),
        ]
    }

    private static func residual(
        _ theirs: String, from first: Int, _ ours: String, count: Int
    ) -> [RosinalityEntry] {
        (0..<count).flatMap { block in
            convolution("\(theirs).\(first + block).conv.1", "\(ours).\(block).conv1", [.residual, .hidden, 3, 3])
                + convolution(
                    "\(theirs).\(first + block).conv.3", "\(ours).\(block).conv2", [.hidden, .residual, 1, 1])
        }
    }

    private static func quantizer(_ theirs: String, level: Int) -> [RosinalityEntry] {
        [
            RosinalityEntry(
                name: "\(theirs).embed", shape: [.dimension, .codewords], place: .codewords(level: level)),
            RosinalityEntry(name: "\(theirs).cluster_size", shape: [.codewords], place: .counts(level: level)),
            RosinalityEntry(
                name: "\(theirs).embed_avg", shape: [.dimension, .codewords], place: .sums(level: level)),
        ]
    }
}
