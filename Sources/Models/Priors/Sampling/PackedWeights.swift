import Torch

/// A network's weights in the order and the layout in which the sampler's kernel reads them.
///
/// Matrices have eight outputs of two inputs side by side where they serve single positions, four outputs where they
/// serve rows; what is a function of a code alone is a table of rows, one a code. Every part begins at a multiple of
/// eight numbers.
final class PackedWeights {
    private let memory: UnsafeMutableRawBufferPointer
    /// How many numbers there are.
    let count: Int

    /// Copies the weights; later changes of the network are not seen.
    ///
    /// - Throws: `TorchError`.
    init(_ network: PixelSNAIL) throws {
        var packing = WeightPacking(network)
        try withoutGradients { try packing.packAll() }
        count = packing.numbers.count
        memory = .allocate(byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
        packing.numbers.withUnsafeBytes { memory.copyMemory(from: $0) }
    }

    deinit { memory.deallocate() }

    /// The first number, at a multiple of 64 bytes.
    var start: UnsafePointer<Float> {
        guard let base = memory.baseAddress else { preconditionFailure("packed weights without memory") }
        return UnsafePointer(base.assumingMemoryBound(to: Float.self))
    }
}

/// The work of packing, part by part.
private struct WeightPacking {
    private(set) var numbers: [Float] = []
    private let parameters: ParameterStore
    private let settings: PixelSNAILSettings

    init(_ network: PixelSNAIL) {
        parameters = network.parameters
        settings = network.settings
    }

    mutating func packAll() throws {
        try packInput()
        for group in 0..<settings.groups {
            for block in 0..<settings.residualBlocks { try packBlock("groups.\(group).blocks.\(block)") }
            if settings.hasAttention(group: group) { try packAttention("groups.\(group)") }
        }
        for layer in 0..<settings.outputLayers { try packLayer("output.layers.\(layer)") }
        try packLayer("output.logits")
    }

    /// The sum of the filter's bias and what a row adds, what a column adds, and for each place of the filter that is
    /// seen, the product of embedding and weight.
    private mutating func packInput() throws {
        try append(rows: weight("positions.rows") + weight("input.bias"))
        try append(rows: weight("positions.columns"))
        let filter = try weight("input.weight")
        for row in 0..<settings.filterRows {
            let isLast = row == settings.filterRows - 1
            for column in 0..<(isLast ? settings.filterSize / 2 : settings.filterSize) {
                let place = try filter.selected(axis: 2, row).selected(axis: 2, column)
                try append(rows: weight("embedding.weight").matmul(place.permuted([1, 0])))
            }
        }
    }

    private mutating func packBlock(_ path: String) throws {
        let filter = try weight("\(path).convolution.weight")
        let size = settings.hiddenUnits
        for row in 0..<settings.filterRows - 1 {
            let places = try filter.selected(axis: 2, row).permuted([0, 2, 1])
            try append(rowMatrix: places.reshaped([settings.residualUnits, settings.filterSize * size]))
        }
        try append(bias: weight("\(path).convolution.bias"))
        let seen = settings.filterSize / 2 + 1
        let present = try filter.selected(axis: 2, settings.filterRows - 1).narrowed(axis: 2, 0..<seen)
        try append(
            positionMatrix: present.permuted([0, 2, 1]).reshaped([settings.residualUnits, seen * size]))
        try packGate(path)
    }

    private mutating func packGate(_ path: String) throws {
        try packLayer("\(path).gate")
        if settings.isConditioned { try append(rowMatrix: matrix("\(path).condition")) }
    }

    private mutating func packAttention(_ path: String) throws {
        let size = settings.hiddenUnits
        let heads = settings.attentionHeads
        let channels = size / heads
        // The softmax's scale goes into the query.
        let scale = 1 / Double(channels).squareRoot()
        try append(positionMatrix: matrix("\(path).attention.query") * scale)
        try append(bias: weight("\(path).attention.query.bias") * scale)
        let (keyValue, codes) = try attentionFeatures(path)
        for head in 0..<heads {
            let rows = try keyValue.narrowed(axis: 0, head * channels..<(head + 1) * channels)
            try append(positionMatrix: rows.permuted([1, 0]))
        }
        for head in 0..<heads {
            try append(
                positionMatrix: keyValue.narrowed(axis: 0, size + head * channels..<size + (head + 1) * channels))
        }
        // A key's bias adds the same to every score, which no softmax sees.
        try append(bias: weight("\(path).attention.keyValue.bias").narrowed(axis: 0, size..<2 * size))
        try append(rows: codes)
        let merge = [try matrix("\(path).merge.convolution"), try matrix("\(path).merge.attended")]
        try append(positionMatrix: Tensor.concatenate(merge, axis: 1))
        try append(bias: weight("\(path).merge.convolution.bias"))
        try packGate("\(path).merge")
    }

    /// What keys and values are made of: their matrix [2C, features], and what stands for a code [choices, ...].
    ///
    /// The features of a position are the hidden channels, then a number for each code, which is 1 for the position's
    /// own. Where there are more codes than channels, its embedding takes their place, which is fewer numbers. Both
    /// parts are filled up to eights. (An embedding that is not finite spoils all images then, not those with its code
    /// alone.)
    private func attentionFeatures(_ path: String) throws -> (keyValue: Tensor, codes: Tensor) {
        let size = settings.hiddenUnits
        let both = try matrix("\(path).attention.keyValue")
        let hidden = try both.narrowed(axis: 1, 0..<size)
        let embedded = try both.narrowed(axis: 1, size..<2 * size)
        let embedding = try weight("embedding.weight")
        let isOneHot = settings.choices <= size
        let ofCodes = isOneHot ? try embedded.matmul(embedding.permuted([1, 0])) : embedded
        let codes = isOneHot ? try oneHot(settings.choices) : embedding
        let parts = try [hidden, ofCodes].map { try $0.padded([0, (8 - $0.size(1) % 8) % 8]) }
        return (try Tensor.concatenate(parts, axis: 1), codes)
    }

    /// A row a code: 1 in its own place, 0 elsewhere.
    private func oneHot(_ choices: Int) throws -> Tensor {
        let numbers = (0..<choices * choices).map { $0 % (choices + 1) == 0 ? Float(1) : 0 }
        return try Tensor(numbers, [choices, choices])
    }

    /// A 1×1 convolution and its bias.
    private mutating func packLayer(_ path: String) throws {
        try append(positionMatrix: matrix(path))
        try append(bias: weight("\(path).bias"))
    }

    private func weight(_ name: String) throws -> Tensor {
        guard let parameter = parameters[name] else { preconditionFailure("the network has no parameter '\(name)'") }
        return try parameter.tensor.detached().to(.cpu).to(.float32)
    }

    /// The matrix [out, in] of a 1×1 convolution.
    private func matrix(_ path: String) throws -> Tensor {
        let weight = try weight("\(path).weight")
        return try weight.reshaped([weight.size(0), weight.size(1)])
    }

    /// [out, in] as [out / side, in / inputs, side, inputs], with zeros in outputs and inputs that there are not:
    /// outputs fill whole blocks of eight.
    private mutating func append(matrix: Tensor, side: Int, inputs: Int) throws {
        let missing = (8 - matrix.size(0) % 8) % 8
        let blocks = try matrix.padded([0, matrix.size(1) % inputs, 0, missing])
            .reshaped([(matrix.size(0) + missing) / side, side, -1, inputs])
        numbers += try blocks.permuted([0, 2, 1, 3]).contiguous().array(of: Float.self)
    }

    /// For single positions.
    private mutating func append(positionMatrix matrix: Tensor) throws {
        try append(matrix: matrix, side: 8, inputs: 2)
    }

    /// For rows of positions.
    private mutating func append(rowMatrix matrix: Tensor) throws { try append(matrix: matrix, side: 4, inputs: 1) }

    /// Rows of up to C numbers, each from a multiple of eight on.
    private mutating func append(rows: Tensor) throws {
        let missing = (8 - rows.size(1) % 8) % 8
        numbers += try rows.padded([0, missing]).array(of: Float.self)
    }

    private mutating func append(bias: Tensor) throws {
        numbers += try bias.array(of: Float.self)
        align()
    }

    private mutating func align() {
        while numbers.count % 8 != 0 { numbers.append(0) }
    }
}
