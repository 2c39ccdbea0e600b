import Torch

/// The work of one row of positions, for all images of a batch at once.
///
///     rows above, conditions ─► sums of all positions of the row, by a few large products
///     position by position:  h = sums + present row · filter;  blocks;  logits;  code;  keys and values of the next one
///
/// The columns are the same in every row, so what a column reads and writes is a fixed part of memory. Which row it is
/// is known to the device alone. So a row's operators can be recorded once as a `CUDAGraph` and replayed for each row.
struct TensorRow {
    /// Where a position's code comes from.
    enum Source {
        /// It is given, at all positions.
        case given
        /// It is drawn; where `keeps` says so, some are given.
        case drawn(TensorDrawing, keeps: Bool)
    }

    let settings: PixelSNAILSettings
    let weights: TensorWeights
    let memory: TensorMemory
    let source: Source

    /// What is known of the present row before its first position.
    private struct Known {
        /// Each causal filter's sum over the rows above, with what else does not depend on the row's codes:
        /// [W, N, out], the input's first.
        var sums: [Tensor]
        /// What each gate is told, with its bias, [W, N, 2C]; empty where nothing conditions.
        var gates: [Tensor]
        /// Each position's place, [W], and its mask, [W, attended].
        var places: Tensor
        var masks: Tensor
        /// [W, N, 1].
        var uniforms: Tensor
        /// [W, N].
        var givenCodes: Tensor
        var isGiven: Tensor
    }

    /// Computes the present row, and moves on to the next.
    ///
    /// - Throws: `TorchError`.
    func callAsFunction() throws {
        let known = try known()
        for column in 0..<settings.width { try visit(column, known) }
        var areFinite = try PriorOperators.allAlong(.tensor(PriorOperators.isFinite(.tensor(memory.logits))), -1)
        if case .drawn(_, keeps: true) = source {
            areFinite = try PriorOperators.either(.tensor(areFinite), .tensor(known.isGiven))
        }
        try memory.areFinite.copyInPlace(from: areFinite)
        try memory.moveOn()
    }

    /// The present row of a table [H, …], under another shape.
    private func present(_ table: Tensor, _ shape: [Int]) throws -> Tensor {
        try table.indexSelected(axis: 0, memory.row).reshaped(shape)
    }

    private func known() throws -> Known {
        let (width, count) = (settings.width, memory.count)
        let positions = try present(weights.positions, [width, 1, settings.hiddenUnits])
        let blocks = weights.groups.flatMap(\.blocks)
        var sums = [try aboveSums(weights.input, map: 0, positions)]
        for (index, block) in blocks.enumerated() {
            sums.append(try aboveSums(block.filter, map: index + 1, block.bias))
        }
        let told = try memory.conditions.map { try present($0, [width * count, settings.hiddenUnits]) }
        let gates = try told.map { told in
            try weights.groups.flatMap { $0.blocks.map(\.gate) + [$0.attention?.gate].compactMap { $0 } }
                .compactMap { gate in
                    try gate.condition.map {
                        try TensorWeights.Affine(matrix: $0, bias: gate.inner.bias)(told)
                            .reshaped([width, count, 2 * settings.hiddenUnits])
                    }
                }
        }
        let places = try present(memory.places, [width])
        return Known(
            sums: sums, gates: gates ?? [], places: places, masks: try memory.masks(places),
            uniforms: try present(memory.uniforms, [width, count, 1]),
            givenCodes: try present(memory.givenCodes, [width, count]),
            isGiven: try present(memory.isGiven, [width, count]))
    }

    /// A filter's sum over the rows above, and a bias of each channel or of each column and channel.
    private func aboveSums(_ filter: TensorWeights.Filter, map: Int, _ bias: Tensor) throws -> Tensor {
        let shape = [settings.width, memory.count, bias.size(-1)]
        guard let above = filter.above else {
            return try Tensor.zeros(shape, bias.dataType, device: bias.device) + bias
        }
        return try memory.windowsAbove(map: map).matmul(above).reshaped(shape) + bias
    }

    /// Computes a position; its part of `known` is used up.
    private func visit(_ column: Int, _ known: Known) throws {
        let half = settings.filterSize / 2
        let hidden = try known.sums[0].selected(axis: 0, column)
        try addPresent(weights.input, map: 0, columns: column..<column + half, to: hidden)
        var (block, gate, layer) = (0, 0, 0)
        for group in weights.groups {
            for part in group.blocks {
                block += 1
                try hidden.elu(into: memory.line(map: block).selected(axis: 1, column + half))
                let inner = try known.sums[block].selected(axis: 0, column)
                try addPresent(part.filter, map: block, columns: column..<column + half + 1, to: inner)
                try inner.eluInPlace()
                try add(part.gate, gate, of: inner, column, known, to: hidden)
                gate += 1
            }
            if let attention = group.attention {
                let inner = try attend(attention, layer, hidden, mask: known.masks.selected(axis: 0, column))
                try add(attention.gate, gate, of: inner, column, known, to: hidden)
                gate += 1
                layer += 1
            }
        }
        let codes = try codes(logits(hidden, column), column, known)
        try memory.codes.selected(axis: 0, column).copyInPlace(from: codes)
        try PriorOperators.indexSelectInto(
            .tensor(weights.embedding), 0, .tensor(codes),
            .tensor(memory.line(map: 0).selected(axis: 1, column + half)))
        try keep(codes, at: known.places.narrowed(axis: 0, column..<column + 1))
    }

    /// Adds what a filter sees of the present row; columns count from those left of the grid.
    private func addPresent(
        _ filter: TensorWeights.Filter, map: Int, columns: Range<Int>, to sum: Tensor
    ) throws {
        guard let present = filter.present else { return }
        let window = try memory.line(map: map).narrowed(axis: 1, columns)
            .reshaped([memory.count, columns.count * settings.hiddenUnits])
        try PriorOperators.addProductInPlace(.tensor(sum), .tensor(window), .tensor(present))
    }

    /// h += g₁ · σ(g₂) with [g₁, g₂] = gate(a) + condition(c).
    private func add(
        _ gate: TensorWeights.Gate, _ index: Int, of inner: Tensor, _ column: Int, _ known: Known, to hidden: Tensor
    ) throws {
        let sums: Tensor
        if known.gates.isEmpty {
            sums = try gate.inner(inner)
        } else {
            sums = try known.gates[index].selected(axis: 0, column)
            try PriorOperators.addProductInPlace(.tensor(sums), .tensor(inner), .tensor(gate.inner.matrix))
        }
        try hidden.addInPlace(sums.gatedLinearUnit())
    }

    /// ELU(convolution(ELU(h)) + attended(t)), [N, R], and the layer's projection.
    private func attend(
        _ attention: TensorWeights.Attention, _ layer: Int, _ hidden: Tensor, mask: Tensor
    ) throws -> Tensor {
        guard let keysAndValues = memory.keysAndValues, let projected = try memory.projected?.selected(axis: 0, layer)
        else { preconditionFailure("a layer of attention without memory") }
        let (count, channels) = (memory.count, settings.hiddenUnits)
        let size = channels / settings.attentionHeads
        try attention.projection(hidden, into: projected)
        let seen = try keysAndValues.selected(axis: 0, layer).narrowed(axis: 2, 0..<memory.attended)
        let found = try Self.attention(
            projected.narrowed(axis: 1, 0..<channels).reshaped([count, settings.attentionHeads, 1, size]),
            keys: seen.narrowed(axis: 3, 0..<size), values: seen.narrowed(axis: 3, size..<2 * size), mask: mask)
        try hidden.elu(into: memory.merged.narrowed(axis: 1, 0..<channels))
        try memory.merged.narrowed(axis: 1, channels..<2 * channels)
            .copyInPlace(from: found.reshaped([count, channels]))
        let inner = try attention.merge(memory.merged)
        try inner.eluInPlace()
        return inner
    }

    /// softmax(q · k / √size + mask) · v for one query a head, [N, heads, 1, size].
    private static func attention(_ queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor) throws -> Tensor {
        // A kernel that takes a mask and any strides, where it can: left to itself, LibTorch may choose one that plans
        // anew, or products of matrices with the scores in memory.
        if queries.device.isCUDA, queries.size(3) * queries.dataType.size % 16 == 0 {
            let everywhere = try PriorOperators.expand(
                .tensor(mask), .integers([queries.size(0), queries.size(1), 1, keys.size(2)]), false)
            return try PriorOperators.efficientAttention(
                .tensor(queries), .tensor(keys), .tensor(values), .tensor(everywhere), false)
        }
        return try PriorOperators.attention(
            .tensor(queries), .tensor(keys), .tensor(values), .tensor(mask.reshaped([1, 1, 1, -1])))
    }

    private func logits(_ hidden: Tensor, _ column: Int) throws -> Tensor {
        let result = try memory.logits.selected(axis: 0, column)
        var input = try hidden.elu()
        for output in weights.outputs.dropLast() {
            input = try output(input)
            try input.eluInPlace()
        }
        try weights.outputs[weights.outputs.count - 1](input, into: result)
        return result
    }

    /// int64 [N].
    private func codes(_ logits: Tensor, _ column: Int, _ known: Known) throws -> Tensor {
        let given = try known.givenCodes.selected(axis: 0, column)
        switch source {
        case .given: return given
        case .drawn(let drawing, let keeps):
            let drawn = try drawing(logits, known.uniforms.selected(axis: 0, column))
            return keeps ? try known.isGiven.selected(axis: 0, column).choose(given, drawn) : drawn
        }
    }

    /// Writes the next position's keys and values, made of what is known at this one.
    private func keep(_ codes: Tensor, at place: Tensor) throws {
        guard let table = weights.codes, let projected = memory.projected, let keysAndValues = memory.keysAndValues
        else { return }
        let (layers, channels) = (projected.size(0), settings.hiddenUnits)
        let ofCodes = try table.indexSelected(axis: 0, codes).reshaped([memory.count, layers, 2 * channels])
            .permuted([1, 0, 2])
        let shape = [layers, memory.count, settings.attentionHeads, 1, 2 * channels / settings.attentionHeads]
        let made = try (projected.narrowed(axis: 2, channels..<3 * channels) + ofCodes).reshaped(shape)
        try PriorOperators.indexCopyInPlace(.tensor(keysAndValues), 3, .tensor(place), .tensor(made))
    }
}
