import Torch

/// A network's weights in the order and the layout in which the sampler's kernel reads them.
///
/// Matrices have eight outputs side by side where they serve single positions, four where they serve rows; what is a
/// function of a code alone is a table of rows, one a code. Every part begins at a multiple of eight numbers.
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
            try append(matrix: places.reshaped([settings.residualUnits, settings.filterSize * size]), side: 4)
        }
        try append(bias: weight("\(path).convolution.bias"))
        let seen = settings.filterSize / 2 + 1
        let present = try filter.selected(axis: 2, settings.filterRows - 1).narrowed(axis: 2, 0..<seen)
        try append(
            matrix: present.permuted([0, 2, 1]).reshaped([settings.residualUnits, seen * size]), side: 8)
        try packGate(path)
    }

    private mutating func packGate(_ path: String) throws {
        try packLayer("\(path).gate")
        if settings.isConditioned { try append(matrix: matrix("\(path).condition"), side: 4) }
    }

    private mutating func packAttention(_ path: String) throws {
        let size = settings.hiddenUnits
        // The softmax's scale goes into the query.
        let scale = 1 / Double(size / settings.attentionHeads).squareRoot()
        try append(matrix: matrix("\(path).attention.query") * scale, side: 8)
        try append(bias: weight("\(path).attention.query.bias") * scale)
        let keyValue = try matrix("\(path).attention.keyValue")
        let bias = try weight("\(path).attention.keyValue.bias")
        try append(matrix: keyValue.narrowed(axis: 1, 0..<size), side: 8)
        let ofCodes = try keyValue.narrowed(axis: 1, size..<2 * size).permuted([1, 0])
        try append(rows: weight("embedding.weight").matmul(ofCodes) + bias)
        try append(bias: bias)
        let merge = [try matrix("\(path).merge.convolution"), try matrix("\(path).merge.attended")]
        try append(matrix: Tensor.concatenate(merge, axis: 1), side: 8)
        try append(bias: weight("\(path).merge.convolution.bias"))
        try packGate("\(path).merge")
    }

    /// A 1×1 convolution and its bias.
    private mutating func packLayer(_ path: String) throws {
        try append(matrix: matrix(path), side: 8)
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

    /// [out, in] as [out / side, in, side], with zeros in outputs that there are not.
    private mutating func append(matrix: Tensor, side: Int) throws {
        let missing = (side - matrix.size(0) % side) % side
        let blocks = try matrix.padded([0, 0, 0, missing]).reshaped([-1, side, matrix.size(1)])
        numbers += try blocks.permuted([0, 2, 1]).contiguous().array(of: Float.self)
        align()
    }

    /// Rows of C or 2C numbers, each from a multiple of eight on.
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
