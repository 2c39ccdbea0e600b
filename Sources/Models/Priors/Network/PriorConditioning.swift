import Latents
import Torch

/// What a prior is told: the earlier layers at the whole grid, and the class.
///
///     c = Σ_j embedding_j(codewords of layer j) + embedding(class), then gated residual blocks of 3×3 convolutions
///
/// An earlier layer on a coarser grid is repeated to the prior's. The blocks see all of the grid, as the earlier layers
/// are known whole; a class alone needs none.
final class PriorConditioning {
    private let embeddings: [Parameter]
    private let labels: Parameter?
    private let blocks: [Block]
    private let settings: PixelSNAILSettings

    /// c + GLU(gate(dropout(ELU(convolution(ELU(c)))))).
    private struct Block {
        let convolution: Convolution2D
        let gate: ResidualGate
    }

    init(_ scope: Scope, _ settings: PixelSNAILSettings) throws {
        self.settings = settings
        let hidden = settings.hiddenUnits
        embeddings = try settings.conditions.enumerated().map { index, condition in
            try (scope / "embeddings" / index).parameter(
                "weight", Tensor.normal([condition.choices, hidden], generator: scope.generator))
        }
        labels =
            settings.classes == 0
            ? nil
            : try (scope / "labels").parameter(
                "weight", Tensor.normal([settings.classes + 1, hidden], generator: scope.generator))
        let blocks = settings.conditions.isEmpty ? 0 : settings.conditioningBlocks
        self.blocks = try (0..<blocks).map { index in
            let block = scope / "blocks" / index
            return Block(
                convolution: try Convolution2D(
                    block / "convolution", inputs: hidden, outputs: settings.residualUnits, filter: 3, padding: 1),
                gate: try ResidualGate(block, settings, isConditioned: false))
        }
    }

    func callAsFunction(_ input: PriorInput, precision: DataType, dropout: Generator?) throws -> Tensor {
        precondition(
            input.conditions.count == embeddings.count,
            "\(input.conditions.count) earlier layers were given to a prior that knows \(embeddings.count)")
        var parts: [Tensor] = []
        for (index, condition) in settings.conditions.enumerated() {
            let codewords = try input.conditions[index].repeated(
                rows: settings.height / condition.height, columns: settings.width / condition.width)
            parts.append(try PriorOperators.embedding(.tensor(embeddings[index].tensor), .tensor(codewords)))
        }
        if let labels {
            guard let numbers = input.labels else { preconditionFailure("a prior of classes was given no labels") }
            parts.append(
                try PriorOperators.embedding(.tensor(labels.tensor), .tensor(numbers))
                    .reshaped([-1, 1, 1, settings.hiddenUnits]))
        }
        var result = try parts.dropFirst().reduce(parts[0]) { try $0 + $1 }.to(precision)
        for block in blocks {
            let functions = PointwiseFunctions()
            let inner = try functions.eluWithDropout(
                block.convolution(functions.elu(result).permuted([0, 3, 1, 2])).permuted([0, 2, 3, 1]),
                settings.dropout, dropout)
            result = try block.gate(result, inner, nil)
        }
        return result
    }
}
