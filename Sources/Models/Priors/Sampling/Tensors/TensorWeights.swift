import Torch

/// A network's weights as ``TensorRow`` multiplies with them: in the network's precision, on its device.
///
/// A causal filter is split as the work is: the rows above a position are multiplied for a whole row of positions at
/// once, the present row position by position. What is a function of a code alone is a table of rows, one a code.
final class TensorWeights {
    /// A product and a sum, x · matrix + bias, on rows: [N, in] to [N, out].
    struct Affine {
        /// [in, out].
        var matrix: Tensor
        /// [out].
        var bias: Tensor

        func callAsFunction(_ input: Tensor) throws -> Tensor {
            try PriorOperators.addProduct(.tensor(bias), .tensor(input), .tensor(matrix))
        }

        /// Writes the result into memory that there is.
        func callAsFunction(_ input: Tensor, into result: Tensor) throws {
            try PriorOperators.addProductInto(
                .tensor(bias), .tensor(input), .tensor(matrix), 1, 1, .tensor(result))
        }
    }

    /// The parts of a causal filter of k rows and f columns.
    struct Filter {
        /// The rows above the present one, [(k − 1) · f · C, out]; `nil` where there are none.
        var above: Tensor?
        /// What is seen of the present row, [seen · C, out]; `nil` where that is nothing.
        var present: Tensor?
    }

    /// What a block ends with.
    struct Gate {
        /// [R, 2C].
        var inner: Affine
        /// [C, 2C]; `nil` where nothing conditions.
        var condition: Tensor?
    }

    /// A gated residual block.
    struct Block {
        var filter: Filter
        /// The filter's bias, [R].
        var bias: Tensor
        var gate: Gate
    }

    /// A block of attention.
    struct Attention {
        /// [C, 3C]: the query, and what the position adds to the next one's keys and values; see ``TensorWeights/codes``.
        var projection: Affine
        /// [2C, R]: of the ELU of the block's input, and of what attention found.
        var merge: Affine
        var gate: Gate
    }

    /// The codes' embeddings, [m, C].
    let embedding: Tensor
    /// What rows, columns and the input filter's bias add, [H, W, C].
    let positions: Tensor
    /// The input's filter, which does not see the position itself.
    let input: Filter
    /// The blocks of each group, and its attention.
    let groups: [(blocks: [Block], attention: Attention?)]
    /// What a code adds to the next position's keys and values in each layer of attention, with the bias,
    /// [m, layers · 2C]; head by head, the keys of a head before its values. `nil` without attention.
    let codes: Tensor?
    /// Keys and values of the first position, [layers, 2C], in the same order.
    let firstKeysAndValues: Tensor?
    /// The layers before the logits, and the logits.
    let outputs: [Affine]

    /// Copies the weights; later changes of the network are not seen.
    ///
    /// - Throws: `TorchError`.
    init(_ network: PixelSNAIL) throws {
        let source = WeightSource(network)
        let settings = network.settings
        embedding = try source.made(source.weight("embedding.weight"))
        let rows = try source.weight("positions.rows") + source.weight("input.bias")
        positions = try source.made(rows.unsqueezed(1) + source.weight("positions.columns"))
        input = try source.filter("input", seen: settings.filterSize / 2)
        var told: [Tensor] = []
        var first: [Tensor] = []
        groups = try (0..<settings.groups).map { group in
            let path = "groups.\(group)"
            let blocks = try (0..<settings.residualBlocks).map { try source.block("\(path).blocks.\($0)") }
            guard settings.hasAttention(group: group) else { return (blocks, nil) }
            let keysAndValues = try source.keysAndValues(path)
            told.append(keysAndValues.codes)
            first.append(keysAndValues.bias)
            return (blocks, try source.attention(path, keysAndValues.matrix))
        }
        codes = told.isEmpty ? nil : try source.made(Tensor.concatenate(told, axis: 1))
        firstKeysAndValues = first.isEmpty ? nil : try source.made(Tensor.stack(first, axis: 0))
        let layers = (0..<settings.outputLayers).map { "output.layers.\($0)" }
        outputs = try (layers + ["output.logits"]).map { try source.affine($0) }
    }
}

/// Where the weights come from, and how they are laid out.
private struct WeightSource {
    private let parameters: ParameterStore
    private let settings: PixelSNAILSettings
    private let precision: DataType

    init(_ network: PixelSNAIL) {
        parameters = network.parameters
        settings = network.settings
        precision = network.precision
    }

    /// A parameter in float32.
    func weight(_ name: String) throws -> Tensor {
        guard let parameter = parameters[name] else { preconditionFailure("the network has no parameter '\(name)'") }
        return try parameter.tensor.detached().to(.float32)
    }

    /// The matrix [out, in] of a 1×1 convolution.
    private func matrix(_ path: String) throws -> Tensor {
        let weight = try weight("\(path).weight")
        return try weight.reshaped([weight.size(0), weight.size(1)])
    }

    /// A weight that is done: in the network's precision, and in memory of its own.
    func made(_ tensor: Tensor) throws -> Tensor { try tensor.to(precision).contiguous().cloned() }

    /// [out, in] as [in, out]. In memory outputs stay the first axis, which products read without a copy.
    private func transposed(_ matrix: Tensor) throws -> Tensor { try made(matrix).permuted([1, 0]) }

    func affine(_ path: String) throws -> TensorWeights.Affine {
        TensorWeights.Affine(matrix: try transposed(matrix(path)), bias: try made(weight("\(path).bias")))
    }

    /// - Parameter seen: How many columns of the present row there are.
    func filter(_ path: String, seen: Int) throws -> TensorWeights.Filter {
        let places = try weight("\(path).weight").permuted([0, 2, 3, 1])
        let (outputs, rows) = (places.size(0), settings.filterRows)
        let above = try places.narrowed(axis: 1, 0..<rows - 1).reshaped([outputs, -1])
        let present = try places.selected(axis: 1, rows - 1).narrowed(axis: 1, 0..<seen).reshaped([outputs, -1])
        return TensorWeights.Filter(
            above: rows > 1 ? try transposed(above) : nil, present: seen > 0 ? try transposed(present) : nil)
    }

    func block(_ path: String) throws -> TensorWeights.Block {
        TensorWeights.Block(
            filter: try filter("\(path).convolution", seen: settings.filterSize / 2 + 1),
            bias: try made(weight("\(path).convolution.bias")), gate: try gate(path))
    }

    private func gate(_ path: String) throws -> TensorWeights.Gate {
        TensorWeights.Gate(
            inner: try affine("\(path).gate"),
            condition: settings.isConditioned ? try transposed(matrix("\(path).condition")) : nil)
    }

    /// What makes keys and values, each head's keys before its values.
    ///
    /// - Returns: Of the block's input, [2C, C]; of a code, with the bias, [m, 2C]; the bias, [2C].
    func keysAndValues(_ path: String) throws -> (matrix: Tensor, codes: Tensor, bias: Tensor) {
        let size = settings.hiddenUnits
        func byHead(_ tensor: Tensor) throws -> Tensor {
            let heads = [2, settings.attentionHeads, size / settings.attentionHeads, -1]
            return try tensor.reshaped(heads).permuted([1, 0, 2, 3]).reshaped([2 * size, -1])
        }
        let matrix = try byHead(matrix("\(path).attention.keyValue"))
        let bias = try byHead(weight("\(path).attention.keyValue.bias")).reshaped([-1])
        let ofCodes = try matrix.narrowed(axis: 1, size..<2 * size).permuted([1, 0])
        return (
            try matrix.narrowed(axis: 1, 0..<size), try weight("embedding.weight").matmul(ofCodes) + bias, bias
        )
    }

    func attention(_ path: String, _ keysAndValues: Tensor) throws -> TensorWeights.Attention {
        let projection = try Tensor.concatenate([matrix("\(path).attention.query"), keysAndValues], axis: 0)
        // The bias of keys and values is in the codes' table.
        let bias = try weight("\(path).attention.query.bias").padded([0, 2 * settings.hiddenUnits])
        let merge = try Tensor.concatenate(
            [matrix("\(path).merge.convolution"), matrix("\(path).merge.attended")], axis: 1)
        return TensorWeights.Attention(
            projection: .init(matrix: try transposed(projection), bias: try made(bias)),
            merge: .init(
                matrix: try transposed(merge), bias: try made(weight("\(path).merge.convolution.bias"))),
            gate: try gate("\(path).merge"))
    }
}
