// Compiled several times, as `Lanes.swift` is.

/// The sizes of a network, as PixelSNAILSettings has them.
struct Shape {
    var height: Int
    var width: Int
    var choices: Int
    var hiddenUnits: Int
    var residualUnits: Int
    var attentionHeads: Int
    var filterSize: Int
    var isConditioned: Bool

    var positions: Int { height * width }
    /// Numbers of one row of a ring of inputs.
    var inputRowSize: Int { (width + filterSize / 2 * 2) * hiddenUnits }
    /// Numbers of the weights of one row of a filter above the present row.
    var aboveSize: Int { padded(residualUnits) * filterSize * hiddenUnits }
}

/// Memory that the blocks share: what is in it means nothing after a block.
struct Scratch {
    /// R numbers.
    var residual: UnsafeMutablePointer<Lanes>
    /// 2C numbers.
    var wide: UnsafeMutablePointer<Lanes>
    /// 2C numbers.
    var merged: UnsafeMutablePointer<Lanes>

    init(_ memory: Memory, _ shape: Shape) {
        residual = memory.lanes(padded(shape.residualUnits))
        wide = memory.lanes(padded(2 * shape.hiddenUnits))
        merged = memory.lanes(padded(2 * shape.hiddenUnits))
    }
}
