// Compiled several times, as `Lanes.swift` is.

/// A PixelSNAIL for eight images, position by position: what earlier positions left behind is kept, and only what a new
/// position needs is computed.
///
/// Positions are visited in raster order: ``startRow(_:)``, then ``visit(row:column:wantsLogits:)`` for each column of
/// the row, with the codes of a position written into ``codes`` before the next one is visited. A worker belongs to one
/// thread at a time, and serves one group of images after the other.
public final class Worker {
    private let shape: Shape
    private let memory: Memory
    private let input: InputLayer
    private let groups: [(blocks: [GatedBlock], attention: AttentionBlock?)]
    private let layers: [(matrix: PositionMatrix, bias: UnsafePointer<Float>)]
    private let scratch: Scratch
    private let hidden: UnsafeMutablePointer<Lanes>
    private let outputs: UnsafeMutablePointer<Lanes>
    private var conditions: UnsafePointer<Lanes>?
    private var conditionsAreConstant = false

    /// The codes of all positions, [positions, 8], each in 0 ..< choices; written by the caller.
    public let codes: UnsafeMutablePointer<Int32>
    /// How many packed numbers the network has.
    public let weightCount: Int
    /// Bytes of memory that the worker holds.
    ///
    /// For eight images: 32·H·W·(C + min(m, C)) an attention layer for what keys and values are made of; for each
    /// residual block 16·(f + 1)·(W + f − 1)·C for the rows that its convolution looks back at and 32·W·R for sums of a
    /// row; where there are conditions, 64·W·C for every gate.
    public var byteCount: Int { memory.byteCount }

    /// Makes a worker for a network's packed weights, which must outlive it.
    ///
    /// - Parameters:
    ///   - attentionLayers: How many groups, the last ones, end with attention.
    ///   - outputLayers: Layers before the logits.
    ///   - isConditioned: Whether the blocks have weights for conditions.
    ///   - weights: Packed by `PackedWeights`, at a multiple of 32 bytes.
    public init(
        height: Int, width: Int, choices: Int, hiddenUnits: Int, residualUnits: Int, groups: Int, residualBlocks: Int,
        attentionLayers: Int, attentionHeads: Int, filterSize: Int, outputLayers: Int, isConditioned: Bool,
        weights: UnsafePointer<Float>
    ) {
        let shape = Shape(
            height: height, width: width, choices: choices, hiddenUnits: hiddenUnits, residualUnits: residualUnits,
            attentionHeads: attentionHeads, filterSize: filterSize, isConditioned: isConditioned)
        let memory = Memory()
        var reader = WeightReader(weights)
        input = InputLayer(&reader, memory, shape)
        var made: [(blocks: [GatedBlock], attention: AttentionBlock?)] = []
        for group in 0..<groups {
            var blocks: [GatedBlock] = []
            for _ in 0..<residualBlocks { blocks.append(GatedBlock(&reader, memory, shape)) }
            let hasAttention = group >= groups - attentionLayers
            made.append((blocks, hasAttention ? AttentionBlock(&reader, memory, shape) : nil))
        }
        var layers: [(matrix: PositionMatrix, bias: UnsafePointer<Float>)] = []
        for layer in 0...outputLayers {
            let outputs = layer < outputLayers ? hiddenUnits : choices
            let matrix = reader.positionMatrix(outputs: outputs, depth: hiddenUnits)
            layers.append((matrix, reader.take(outputs)))
        }
        self.shape = shape
        self.memory = memory
        self.groups = made
        self.layers = layers
        scratch = Scratch(memory, shape)
        hidden = memory.lanes(padded(hiddenUnits))
        outputs = memory.lanes(padded(choices))
        codes = memory.codes(shape.positions * 8)
        weightCount = reader.count
    }

    /// Begins with eight images.
    ///
    /// - Parameters:
    ///   - conditions: What the blocks are told, [rows, W, C, 8], at a multiple of 32 bytes, alive and unchanged until
    ///     the images are done; absent where nothing conditions.
    ///   - areConstant: Whether all rows are told the same; then `conditions` has one row.
    public func start(conditions: UnsafePointer<Float>?, areConstant: Bool) {
        self.conditions = conditions.map { UnsafeRawPointer($0).assumingMemoryBound(to: Lanes.self) }
        conditionsAreConstant = areConstant
    }

    /// Computes what a row's positions need of the rows above and of the conditions.
    public func startRow(_ row: Int) {
        let needsConditions = row == 0 || !conditionsAreConstant
        let line = needsConditions ? conditions.map { $0 + (row * shape.width * shape.hiddenUnits) } : nil
        for group in groups {
            for block in group.blocks {
                block.startRow(row, shape)
                if let line { block.gate.startRow(line, shape) }
            }
            if let line { group.attention?.gate.startRow(line, shape) }
        }
    }

    /// Computes a position.
    ///
    /// - Returns: The logits [choices, 8], valid until the next position; without meaning where they are not wanted.
    @discardableResult
    public func visit(row: Int, column: Int, wantsLogits: Bool) -> UnsafePointer<Float> {
        let position = row * shape.width + column
        input.apply(row: row, column: column, codes: codes, shape, to: hidden)
        let before = position == 0 ? nil : UnsafePointer(codes + (position - 1) * 8)
        for group in groups {
            for block in group.blocks { block.apply(row: row, column: column, shape, scratch, hidden: hidden) }
            group.attention?.apply(
                position: position, column: column, codes: before, shape, scratch, hidden: hidden)
        }
        if wantsLogits {
            for (index, layer) in layers.enumerated() {
                let isLast = index == layers.count - 1
                elu(hidden, shape.hiddenUnits, to: scratch.merged)
                let target = isLast ? outputs : hidden
                fill(target, layer.bias, layer.matrix.outputs)
                layer.matrix.multiply(scratch.merged, start: target, to: target)
            }
        }
        return UnsafeRawPointer(outputs).assumingMemoryBound(to: Float.self)
    }
}
