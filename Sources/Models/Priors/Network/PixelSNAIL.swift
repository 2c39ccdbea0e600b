import Torch

/// What a prior is asked about: codes, and what is known beside them.
package struct PriorInput {
    /// The layer's own codes, int64 [N, H, W], each in 0 ..< m.
    package var codes: Tensor
    /// The earlier layers' codewords in the order of `PixelSNAILSettings.conditions`, int64 [N, h, w].
    package var conditions: [Tensor]
    /// Classes, int64 [N]; the number of classes stands for "no class". `nil` for a prior without labels.
    package var labels: Tensor?

    /// Collects the parts.
    package init(codes: Tensor, conditions: [Tensor] = [], labels: Tensor? = nil) {
        self.codes = codes
        self.conditions = conditions
        self.labels = labels
    }

    /// How many images there are.
    package var count: Int { codes.size(0) }

    /// Some of the images; shares memory.
    ///
    /// - Throws: `TorchError`.
    package func narrowed(_ range: Range<Int>) throws -> PriorInput {
        PriorInput(
            codes: try codes.narrowed(axis: 0, range),
            conditions: try conditions.map { try $0.narrowed(axis: 0, range) },
            labels: try labels?.narrowed(axis: 0, range))
    }
}

/// The prior of one layer of codes: p(x) = Π p(x_p | x_<p, earlier layers, class), p in raster order.
///
///     codes ─► embedding e ─► causal convolution ─► h ─► groups ─► ELU, 1×1 ─► logits [N, m, H, W]
///     a group:  gated residual blocks, then, in the last groups, causal attention
///     earlier layers, class ─► conditioning c ─► every block's gate
///
/// No logit depends on a code at its own position or after it. Source: PixelSNAIL (Chen et al. 2017), as VQ-VAE-2
/// (Razavi et al. 2019) and HR-VQVAE (Adiban et al., BMVC 2022, section 3.3) use it for their codes.
package final class PixelSNAIL {
    /// All parameters by name.
    package let parameters: ParameterStore
    /// The network's shape.
    package let settings: PixelSNAILSettings
    /// The element type of convolutions and attention; logits and losses are in float32 always.
    package var precision: DataType = .float32
    private let embedding: Parameter
    private let rows: Parameter
    private let columns: Parameter
    private let input: CausalConvolution
    private let conditioning: PriorConditioning?
    private let groups: [PriorGroup]
    private let outputs: [PointwiseConvolution]
    private let classifier: PointwiseConvolution

    /// Makes a network with fresh parameters.
    ///
    /// - Parameters:
    ///   - settings: Its shape.
    ///   - generator: Where initial numbers come from.
    ///   - device: Where the parameters are.
    /// - Throws: `TorchError`.
    package init(_ settings: PixelSNAILSettings, generator: Generator, device: Device = .cpu) throws {
        self.settings = settings
        parameters = ParameterStore(device: device)
        let scope = Scope(store: parameters, generator: generator)
        let hidden = settings.hiddenUnits
        embedding = try (scope / "embedding").parameter(
            "weight", Tensor.normal([settings.choices, hidden], generator: generator))
        let positions = scope / "positions"
        rows = try positions.parameter(
            "rows", Tensor.normal([settings.height, hidden], standardDeviation: 0.02, generator: generator))
        columns = try positions.parameter(
            "columns", Tensor.normal([settings.width, hidden], standardDeviation: 0.02, generator: generator))
        input = try CausalConvolution(
            scope / "input", inputs: hidden, outputs: hidden, filter: settings.filterSize, sees: .before)
        conditioning = settings.isConditioned ? try PriorConditioning(scope / "conditioning", settings) : nil
        groups = try (0..<settings.groups).map { try PriorGroup(scope / "groups" / $0, settings, index: $0) }
        outputs = try (0..<settings.outputLayers).map {
            try PointwiseConvolution(scope / "output" / "layers" / $0, inputs: hidden, outputs: hidden)
        }
        classifier = try PointwiseConvolution(scope / "output" / "logits", inputs: hidden, outputs: settings.choices)
    }

    /// A network whose parameters have shapes and take no memory, for questions about sizes.
    ///
    /// - Throws: `TorchError`.
    package static func outline(_ settings: PixelSNAILSettings) throws -> PixelSNAIL {
        try PixelSNAIL(settings, generator: Generator(seed: 0, device: .meta), device: .meta)
    }

    /// The logarithms, up to a constant a position, of every code's probability.
    ///
    /// - Parameters:
    ///   - input: N images.
    ///   - dropout: Where dropout's random numbers come from; `nil` for none, as in evaluation.
    /// - Returns: float32 [N, m, H, W], channels-last.
    /// - Throws: `TorchError`.
    package func logits(_ input: PriorInput, dropout: Generator? = nil) throws -> Tensor {
        let embedded = try PriorOperators.embedding(.tensor(embedding.tensor), .tensor(input.codes)).to(precision)
        let positions = try rows.tensor.unsqueezed(1) + columns.tensor
        let features = PriorFeatures(
            embedded: embedded, conditioning: try conditioning(input, dropout: dropout),
            share: settings.dropout, dropout: dropout)
        var hidden = try self.input(embedded) + positions.to(precision)
        for group in groups { hidden = try group(hidden, features) }
        let functions = PointwiseFunctions()
        for output in outputs { hidden = try output(functions.elu(hidden)) }
        return try classifier(functions.elu(hidden)).to(.float32).permuted([0, 3, 1, 2])
    }

    /// What the earlier layers and the class say at each position; the same for all codes, so a sampler asks once.
    ///
    /// - Returns: [N, H, W, C] in ``precision``, or [N, 1, 1, C] where there are labels alone; `nil` for a prior that
    ///   knows neither.
    /// - Throws: `TorchError`.
    package func conditioning(_ input: PriorInput, dropout: Generator? = nil) throws -> Tensor? {
        try conditioning?(input, precision: precision, dropout: dropout)
    }

    /// The mean over images and positions of −ln p, in nats: what training minimises.
    ///
    /// - Throws: `TorchError`.
    package func loss(_ input: PriorInput, dropout: Generator? = nil) throws -> Tensor {
        try PriorOperators.crossEntropy(.tensor(logits(input, dropout: dropout)), .tensor(input.codes))
    }
}
