// Compiled several times, as `Lanes.swift` is.

/// A block of causal attention.
///
/// A position's key and value come from the position before it, so what they are made of is kept when the code there is
/// known: the hidden channels, then numbers that stand for the code. What is added to all keys alike changes no
/// softmax, and is left out.
struct AttentionBlock {
    private let query: PositionMatrix
    private let queryBias: UnsafePointer<Float>
    /// What turns a head's query into one for features: [heads] matrices with an output a feature.
    private let keyMatrices: UnsafePointer<Float>
    /// What turns a head's sum of features into its values: [heads] matrices.
    private let valueMatrices: UnsafePointer<Float>
    /// Numbers of one of ``keyMatrices``.
    private let keyCount: Int
    /// Numbers of one of ``valueMatrices``.
    private let valueCount: Int
    private let valueBias: UnsafePointer<Float>
    /// What stands for a code among the features: [choices, features].
    private let codeTable: UnsafePointer<Float>
    /// [R, 2C]: of ELU(h), then of what attention gives.
    private let merge: PositionMatrix
    private let mergeBias: UnsafePointer<Float>
    let gate: Gate
    private let cache: AttentionCache
    /// What is kept of the position before: the block's input, and what stands for the code.
    private let before: UnsafeMutablePointer<LanePairs>
    /// The values of one head.
    private let output: UnsafeMutablePointer<Lanes>
    /// Channels a head.
    private let size: Int
    /// Numbers that stand for a code.
    private let codeFeatures: Int
    /// Numbers that are kept of a position.
    private let featureCount: Int

    init(_ reader: inout WeightReader, _ memory: Memory, _ shape: Shape) {
        let channels = shape.hiddenUnits
        let heads = shape.attentionHeads
        size = channels / heads
        codeFeatures = padded(min(shape.choices, channels))
        featureCount = padded(channels) + codeFeatures
        query = reader.positionMatrix(outputs: channels, depth: channels)
        queryBias = reader.take(channels)
        keyCount = PositionMatrix.count(outputs: featureCount, depth: size)
        valueCount = PositionMatrix.count(outputs: size, depth: featureCount)
        keyMatrices = reader.take(heads * keyCount)
        valueMatrices = reader.take(heads * valueCount)
        valueBias = reader.take(channels)
        codeTable = reader.take(shape.choices * codeFeatures)
        merge = reader.positionMatrix(outputs: shape.residualUnits, depth: 2 * channels)
        mergeBias = reader.take(shape.residualUnits)
        gate = Gate(&reader, memory, shape)
        cache = AttentionCache(memory, shape, channels: featureCount)
        before = memory.pairs(featureCount / 2)
        output = memory.lanes(padded(size))
    }

    /// The block at one position; `hidden` is its input and output.
    ///
    /// - Parameter codes: The codes of the position before, one a lane; absent at position 0.
    func apply(
        position: Int, column: Int, codes: UnsafePointer<Int32>?, _ shape: Shape, _ scratch: Scratch,
        hidden: UnsafeMutablePointer<Lanes>
    ) {
        let channels = shape.hiddenUnits
        let kept = UnsafeMutableRawPointer(before).assumingMemoryBound(to: Lanes.self)
        // Nothing is before the first position: its features are zeros, and it has nothing else to attend to.
        let isFirst = codes == nil
        if let codes {
            writeCodes(codes, to: kept + padded(channels))
        } else {
            kept.update(repeating: Lanes(repeating: 0), count: featureCount)
        }
        cache.keep(before, at: position)
        kept.update(from: hidden, count: channels)

        if !isFirst { attend(to: position + 1, shape, scratch, hidden) }
        elu(hidden, channels, to: scratch.merged)
        for head in 0..<shape.attentionHeads {
            fill(output, valueBias + head * size, size)
            if !isFirst {
                let matrix = PositionMatrix(valueMatrices + head * valueCount, outputs: size, depth: featureCount)
                matrix.multiply(cache.attended(by: head), start: output, to: output)
            }
            (scratch.merged + channels + head * size).update(from: output, count: size)
        }
        fill(scratch.residual, mergeBias, shape.residualUnits)
        merge.multiply(scratch.merged, start: scratch.residual, to: scratch.residual)
        elu(scratch.residual, shape.residualUnits, to: scratch.residual)
        gate.apply(scratch.residual, column: column, scratch: scratch.wide, addingTo: hidden)
    }

    /// Sums the features of the positions before `length` as each head's query says.
    private func attend(to length: Int, _ shape: Shape, _ scratch: Scratch, _ hidden: UnsafePointer<Lanes>) {
        fill(scratch.wide, queryBias, shape.hiddenUnits)
        query.multiply(hidden, start: scratch.wide, to: scratch.wide)
        for head in 0..<shape.attentionHeads {
            let matrix = PositionMatrix(keyMatrices + head * keyCount, outputs: featureCount, depth: size)
            let target = cache.query(of: head)
            target.update(repeating: Lanes(repeating: 0), count: featureCount)
            matrix.multiply(scratch.wide + head * size, start: target, to: target)
        }
        cache.attend(length: length)
    }

    private func writeCodes(_ codes: UnsafePointer<Int32>, to target: UnsafeMutablePointer<Lanes>) {
        for lane in 0..<8 {
            let row = UnsafeRawPointer(codeTable + Int(codes[lane]) * codeFeatures)
            for block in 0..<codeFeatures / 8 {
                let numbers = row.load(fromByteOffset: block * 32, as: Lanes.self)
                scatter(numbers, to: target + block * 8, lane: lane)
            }
        }
    }
}

/// Writes eight channels of one image.
@inline(__always)
func scatter(_ numbers: Lanes, to target: UnsafeMutablePointer<Lanes>, lane: Int) {
    let start = UnsafeMutableRawPointer(target) + lane * 4
    for channel in 0..<8 { start.storeBytes(of: numbers[channel], toByteOffset: channel * 32, as: Float.self) }
}
