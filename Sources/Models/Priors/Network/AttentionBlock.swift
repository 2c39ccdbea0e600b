import Torch

/// Causal attention over the codes so far, and a gated block that takes in what it found.
///
///     keys and values of position p: keyValue([h, e] of position p − 1), of zeros for the first
///     t_p = softmax over j ≤ p of (q_p · k_j / √(C/heads)), times v_j
///     h + GLU(gate(dropout(ELU(convolution(ELU(h)) + attended(t)))) + condition(c))
///
/// The shift by one position lets a position attend to itself without seeing its own code, so that plain causal
/// attention does all of it. Source: PixelSNAIL (Chen et al. 2017).
final class AttentionBlock {
    private let query: PointwiseConvolution
    private let keyValue: PointwiseConvolution
    private let convolution: PointwiseConvolution
    private let attended: PointwiseConvolution
    private let gate: ResidualGate
    private let attention: CausalAttention
    private let functions = PointwiseFunctions()
    private let hiddenUnits: Int

    init(_ scope: Scope, _ settings: PixelSNAILSettings) throws {
        attention = CausalAttention(heads: settings.attentionHeads)
        hiddenUnits = settings.hiddenUnits
        let hidden = settings.hiddenUnits
        query = try PointwiseConvolution(scope / "attention" / "query", inputs: hidden, outputs: hidden)
        keyValue = try PointwiseConvolution(scope / "attention" / "keyValue", inputs: 2 * hidden, outputs: 2 * hidden)
        let merge = scope / "merge"
        convolution = try PointwiseConvolution(
            merge / "convolution", inputs: hidden, outputs: settings.residualUnits)
        attended = try PointwiseConvolution(
            merge / "attended", inputs: hidden, outputs: settings.residualUnits, hasBias: false)
        gate = try ResidualGate(merge, settings, isConditioned: settings.isConditioned)
    }

    func callAsFunction(_ hidden: Tensor, _ features: PriorFeatures) throws -> Tensor {
        let (count, height, width) = (hidden.size(0), hidden.size(1), hidden.size(2))
        let positions = height * width
        let before = try Tensor.concatenate([hidden, features.embedded], axis: 3)
            .reshaped([count, positions, 2 * hiddenUnits])
            .narrowed(axis: 1, 0..<positions - 1).padded([0, 0, 1, 0])
        let keysAndValues = try keyValue(before)
        let found = try attention(query(hidden).reshaped([count, positions, hiddenUnits]), keysAndValues)
        let merged = try attended.adding(found.rows(), to: convolution(functions.elu(hidden).rows()))
        let inner = try functions.eluWithDropout(
            merged.reshaped([count, height, width, merged.size(1)]), features.share, features.dropout)
        return try gate(hidden, inner, features.conditioning)
    }
}
