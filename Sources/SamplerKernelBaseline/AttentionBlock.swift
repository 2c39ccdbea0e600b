// Compiled several times, as `Lanes.swift` is.

/// A block of causal attention.
///
/// A position's key and value come from the position before it, so they are made when the code there is known: the part
/// of the hidden channels is a product, the part of the code a row of a table.
struct AttentionBlock {
    var query: PositionMatrix
    var queryBias: UnsafePointer<Float>
    /// The columns of the hidden channels alone.
    var keyValue: PositionMatrix
    /// Bias and the columns of the embedding for each code: [choices, 2C].
    var codeTable: UnsafePointer<Float>
    /// Of position 0, which has none before it.
    var keyValueBias: UnsafePointer<Float>
    /// [R, 2C]: of ELU(h), then of what attention gives.
    var merge: PositionMatrix
    var mergeBias: UnsafePointer<Float>
    var gate: Gate
    var cache: AttentionCache
    /// The block's input at the position before.
    var before: UnsafeMutablePointer<Lanes>

    init(_ reader: inout WeightReader, _ memory: Memory, _ shape: Shape) {
        let size = shape.hiddenUnits
        query = reader.positionMatrix(outputs: size, depth: size)
        queryBias = reader.take(size)
        keyValue = reader.positionMatrix(outputs: 2 * size, depth: size)
        codeTable = reader.take(shape.choices * padded(2 * size))
        keyValueBias = reader.take(2 * size)
        merge = reader.positionMatrix(outputs: shape.residualUnits, depth: 2 * size)
        mergeBias = reader.take(shape.residualUnits)
        gate = Gate(&reader, memory, shape)
        cache = AttentionCache(memory, shape)
        before = memory.lanes(size)
    }

    /// The block at one position; `hidden` is its input and output.
    ///
    /// - Parameter codes: The codes of the position before, one a lane; absent at position 0.
    func apply(
        position: Int, column: Int, codes: UnsafePointer<Int32>?, _ shape: Shape, _ scratch: Scratch,
        hidden: UnsafeMutablePointer<Lanes>
    ) {
        let size = shape.hiddenUnits
        if let codes {
            let stride = padded(2 * size)
            for lane in 0..<8 {
                let row = UnsafeRawPointer(codeTable + Int(codes[lane]) * stride)
                for block in 0..<stride / 8 {
                    let numbers = row.load(fromByteOffset: block * 32, as: Lanes.self)
                    scatter(numbers, to: scratch.wide + block * 8, lane: lane)
                }
            }
            keyValue.multiply(before, start: scratch.wide, to: scratch.wide)
        } else {
            fill(scratch.wide, keyValueBias, 2 * size)
        }
        cache.keep(scratch.wide, at: position)
        before.update(from: hidden, count: size)

        fill(scratch.wide, queryBias, size)
        query.multiply(hidden, start: scratch.wide, to: scratch.wide)
        elu(hidden, size, to: scratch.merged)
        cache.attend(scratch.wide, length: position + 1, scores: scratch.scores, to: scratch.merged + size)
        fill(scratch.residual, mergeBias, shape.residualUnits)
        merge.multiply(scratch.merged, start: scratch.residual, to: scratch.residual)
        elu(scratch.residual, shape.residualUnits, to: scratch.residual)
        gate.apply(scratch.residual, column: column, scratch: scratch.wide, addingTo: hidden)
    }
}

/// Writes eight channels of one image.
@inline(__always)
func scatter(_ numbers: Lanes, to target: UnsafeMutablePointer<Lanes>, lane: Int) {
    let start = UnsafeMutableRawPointer(target) + lane * 4
    for channel in 0..<8 { start.storeBytes(of: numbers[channel], toByteOffset: channel * 32, as: Float.self) }
}
