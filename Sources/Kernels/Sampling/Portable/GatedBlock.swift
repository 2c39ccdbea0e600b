// Compiled several times, as `Lanes.swift` is.

/// The end of every block: h += g₁ · σ(g₂) with [g₁, g₂] = gate(a) + condition(c).
struct Gate {
    var matrix: PositionMatrix
    var bias: UnsafePointer<Float>
    var condition: RowMatrix?
    /// Bias and condition of each position of the present row, [columns, 2C]; of one position where nothing conditions.
    var sums: UnsafeMutablePointer<Lanes>
    /// How far the sums of one position are from those of the next.
    var stride: Int

    init(_ reader: inout WeightReader, _ memory: Memory, _ shape: Shape) {
        let outputs = 2 * shape.hiddenUnits
        matrix = reader.positionMatrix(outputs: outputs, depth: shape.residualUnits)
        bias = reader.take(outputs)
        condition = shape.isConditioned ? reader.rowMatrix(outputs: outputs, depth: shape.hiddenUnits) : nil
        stride = shape.isConditioned ? padded(outputs) : 0
        sums = memory.lanes(padded(outputs) * (shape.isConditioned ? shape.width : 1))
        fill(sums, bias, outputs)
    }

    /// Computes what the row's conditions add, from [columns, C].
    func startRow(_ conditions: UnsafePointer<Lanes>, _ shape: Shape) {
        guard let condition else { return }
        for column in 0..<shape.width { fill(sums + column * stride, bias, matrix.outputs) }
        condition.multiplyRow(
            conditions, inputStride: shape.hiddenUnits, columns: shape.width, addingTo: sums, targetStride: stride)
    }

    /// Adds the gated numbers to `hidden`, C channels.
    func apply(
        _ inputs: UnsafePointer<Lanes>, column: Int, scratch: UnsafeMutablePointer<Lanes>,
        addingTo hidden: UnsafeMutablePointer<Lanes>
    ) {
        matrix.multiply(inputs, start: sums + column * stride, to: scratch)
        let count = matrix.outputs / 2
        for channel in 0..<count {
            hidden[channel] = multiplyAdd(hidden[channel], scratch[channel], sigmoid(scratch[count + channel]))
        }
    }
}

/// A gated residual block with a causal convolution.
struct GatedBlock {
    /// [filter / 2] matrices, one a row of the filter above the present one.
    var above: UnsafePointer<Float>
    var bias: UnsafePointer<Float>
    var present: PositionMatrix
    var gate: Gate
    /// ELU of the block's inputs, a ring of rows [filter rows, columns + filter − 1, C]; zeros left and right of the
    /// grid.
    var inputs: UnsafeMutablePointer<Lanes>
    /// Bias and the filter's rows above, of each position of the present row: [columns, R].
    var sums: UnsafeMutablePointer<Lanes>

    init(_ reader: inout WeightReader, _ memory: Memory, _ shape: Shape) {
        let half = shape.filterSize / 2
        above = reader.take(half * shape.aboveSize)
        bias = reader.take(shape.residualUnits)
        present = reader.positionMatrix(outputs: shape.residualUnits, depth: (half + 1) * shape.hiddenUnits)
        gate = Gate(&reader, memory, shape)
        inputs = memory.lanes((half + 1) * shape.inputRowSize)
        sums = memory.lanes(shape.width * padded(shape.residualUnits))
    }

    /// Convolves the rows above for the whole row: nothing of it waits for a code of this row.
    func startRow(_ row: Int, _ shape: Shape) {
        let half = shape.filterSize / 2
        let stride = padded(shape.residualUnits)
        for column in 0..<shape.width { fill(sums + column * stride, bias, shape.residualUnits) }
        for index in max(0, half - row)..<half {
            let matrix = RowMatrix(
                weights: above + index * shape.aboveSize, depth: shape.filterSize * shape.hiddenUnits,
                outputs: shape.residualUnits)
            matrix.multiplyRow(
                inputRow(row - half + index, shape), inputStride: shape.hiddenUnits, columns: shape.width,
                addingTo: sums, targetStride: stride)
        }
    }

    /// The block at one position; `hidden` is its input and output.
    func apply(
        row: Int, column: Int, _ shape: Shape, _ scratch: Scratch, hidden: UnsafeMutablePointer<Lanes>
    ) {
        let half = shape.filterSize / 2
        let size = shape.hiddenUnits
        let line = inputRow(row, shape)
        elu(hidden, size, to: line + (column + half) * size)
        // Columns left of the grid are zeros, and left out.
        let first = max(0, half - column)
        present.multiply(
            line + (column + first) * size, from: first * size, start: sums + column * padded(shape.residualUnits),
            to: scratch.residual)
        elu(scratch.residual, shape.residualUnits, to: scratch.residual)
        gate.apply(scratch.residual, column: column, scratch: scratch.wide, addingTo: hidden)
    }

    private func inputRow(_ row: Int, _ shape: Shape) -> UnsafeMutablePointer<Lanes> {
        inputs + row % (shape.filterSize / 2 + 1) * shape.inputRowSize
    }
}

/// The same number in all lanes.
@inline(__always)
func fill(_ target: UnsafeMutablePointer<Lanes>, _ numbers: UnsafePointer<Float>, _ count: Int) {
    for index in 0..<count { target[index] = Lanes(repeating: numbers[index]) }
}
