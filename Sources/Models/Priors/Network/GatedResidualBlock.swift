import Torch

/// What all blocks of one forward pass share.
struct PriorFeatures {
    /// The codes' embeddings e, [N, H, W, C].
    var embedded: Tensor
    /// What earlier layers and class say, [N, H, W, C] or [N, 1, 1, C].
    var conditioning: Tensor?
    /// The share of inner channels that dropout sets to zero.
    var share: Double
    /// Dropout's random numbers; none in evaluation.
    var dropout: Generator?
}

/// A gate a residual block ends with: h + GLU(gate(a) + condition(c)).
final class ResidualGate {
    private let gate: PointwiseConvolution
    private let condition: PointwiseConvolution?

    init(_ scope: Scope, _ settings: PixelSNAILSettings, isConditioned: Bool) throws {
        gate = try PointwiseConvolution(
            scope / "gate", inputs: settings.residualUnits, outputs: 2 * settings.hiddenUnits)
        condition =
            isConditioned
            ? try PointwiseConvolution(
                scope / "condition", inputs: settings.hiddenUnits, outputs: 2 * settings.hiddenUnits, hasBias: false)
            : nil
    }

    func callAsFunction(_ hidden: Tensor, _ inner: Tensor, _ conditioning: Tensor?) throws -> Tensor {
        var gates = try gate(inner.rows())
        let shape = Array(hidden.shape.dropLast()) + [gates.size(1)]
        if let condition, let conditioning {
            if conditioning.count == hidden.count {
                gates = try condition.adding(conditioning.rows(), to: gates)
            } else {
                gates = try gates.reshaped(shape) + condition(conditioning)
            }
        }
        return try PointwiseFunctions().addGated(hidden, gates.reshaped(shape))
    }
}

/// h + GLU(gate(dropout(ELU(convolution(ELU(h))))) + condition(c)), the convolution causal; Salimans et al.,
/// PixelCNN++ (2017).
final class GatedResidualBlock {
    private let convolution: CausalConvolution
    private let gate: ResidualGate

    init(_ scope: Scope, _ settings: PixelSNAILSettings) throws {
        convolution = try CausalConvolution(
            scope / "convolution", inputs: settings.hiddenUnits, outputs: settings.residualUnits,
            filter: settings.filterSize, sees: .present)
        gate = try ResidualGate(scope, settings, isConditioned: settings.isConditioned)
    }

    func callAsFunction(_ hidden: Tensor, _ features: PriorFeatures) throws -> Tensor {
        let functions = PointwiseFunctions()
        let padded = try functions.elu(hidden, above: convolution.above, side: convolution.side)
        let inner = try functions.eluWithDropout(
            convolution(padded: padded), features.share, features.dropout)
        return try gate(hidden, inner, features.conditioning)
    }
}

/// A group of gated residual blocks, the last ones with attention at their end.
struct PriorGroup {
    private let blocks: [GatedResidualBlock]
    private let attention: AttentionBlock?

    init(_ scope: Scope, _ settings: PixelSNAILSettings, index: Int) throws {
        blocks = try (0..<settings.residualBlocks).map { try GatedResidualBlock(scope / "blocks" / $0, settings) }
        attention = settings.hasAttention(group: index) ? try AttentionBlock(scope, settings) : nil
    }

    func callAsFunction(_ input: Tensor, _ features: PriorFeatures) throws -> Tensor {
        var hidden = input
        for block in blocks { hidden = try block(hidden, features) }
        return try attention?(hidden, features) ?? hidden
    }
}
