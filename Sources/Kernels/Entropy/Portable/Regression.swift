import EntropyKernelInterface

/// Numbers of the eight values of a digit.
typealias Lanes = SIMD8<Float>

/// A table of scores while they are learnt, in nats.
public struct RegressionTable {
    /// Which symbol it looks at, −1 for none.
    public var source: Int
    /// What of a node is looked at, as in ``TermTable``.
    public var nodeKind: Int
    /// How many symbols it tells apart.
    public var symbols: Int
    /// Bits of the symbol that are dropped.
    public var shift: Int32
    /// Scores [nodes, symbols, 8].
    public var scores: UnsafeMutablePointer<SIMD8<Float>>
    /// Sums of squared gradients, of the same shape.
    public var squares: UnsafeMutablePointer<SIMD8<Float>>

    /// Collects the parts.
    public init(
        source: Int, nodeKind: Int, symbols: Int, shift: Int32, scores: UnsafeMutablePointer<SIMD8<Float>>,
        squares: UnsafeMutablePointer<SIMD8<Float>>
    ) {
        self.source = source
        self.nodeKind = nodeKind
        self.symbols = symbols
        self.shift = shift
        self.scores = scores
        self.squares = squares
    }
}

/// The tables of one digit; not more than there are lanes.
public struct RegressionModel {
    /// The values that the digit can have.
    public var size: Int
    /// How many different digits can come before it.
    public var prefixes: Int
    /// The tables.
    public var tables: UnsafePointer<RegressionTable>
    /// How many.
    public var count: Int

    /// Collects the parts.
    public init(size: Int, prefixes: Int, tables: UnsafePointer<RegressionTable>, count: Int) {
        self.size = size
        self.prefixes = prefixes
        self.tables = tables
        self.count = count
    }
}

/// Goes one step of AdaGrad down the gradient of −ln p for each digit of a row.
@inline(__always)
func learnRow(
    _ digits: UnsafePointer<RegressionModel>?, count: Int, _ planes: RowPlanes, _ codes: UnsafePointer<Int32>,
    choices: Int, isChild: Bool, rate: Float, _ constants: KernelConstants
) {
    planes.fill(codes, choices: choices, isChild: isChild)
    for x in 0..<planes.width {
        let code = Int(codes[x])
        for index in 0..<count {
            let prefix = code &>> (3 &* (count &- index))
            let digit = digits.unsafelyUnwrapped[index]
            let node = planes.parent(x) &* digit.prefixes &+ prefix
            learn(
                digit, node: node, prefix: prefix, planes, x,
                digit: code &>> (3 &* (count &- 1 &- index)) & 7, rate: rate, constants)
        }
    }
}

@inline(__always)
private func learn(
    _ model: RegressionModel, node: Int, prefix: Int, _ planes: RowPlanes, _ x: Int, digit: Int, rate: Float,
    _ constants: KernelConstants
) {
    var rows = SIMD8<Int>()
    var sum = SIMD8<Float>()
    for place in 0..<model.count {
        let table = model.tables[place]
        var row = table.nodeKind == 2 ? node : table.nodeKind == 1 ? prefix : 0
        if table.source >= 0 {
            row = row &* table.symbols &+ Int(planes.symbols(table.source)[x] &>> table.shift)
        }
        rows[place] = row
        sum += table.scores[row]
    }
    var greatest = sum[0]
    for value in 1..<model.size { greatest = max(greatest, sum[value]) }
    let possible = constants.firstLanes[model.size]
    var gradient = masked(exponential(sum - greatest), possible)
    gradient /= SIMD8(repeating: gradient.sum())
    gradient[digit] -= 1
    let square = gradient * gradient
    for place in 0..<model.count {
        let table = model.tables[place]
        let row = rows[place]
        let squares = table.squares[row] + square
        table.squares[row] = squares
        table.scores[row] -= rate * gradient / squares.squareRoot()
    }
}

@inline(__always)
private func masked(_ values: Lanes, _ mask: SIMD8<Int32>) -> Lanes {
    unsafeBitCast(unsafeBitCast(values, to: SIMD8<Int32>.self) & mask, to: Lanes.self)
}

extension EntropyKernel {
    /// Learns from a row, and enters it into the layer's own plane. A layer of one choice has no digits.
    public static func learn(
        _ digits: UnsafePointer<RegressionModel>?, count: Int, choices: Int, isChild: Bool, _ planes: RowPlanes,
        _ codes: UnsafePointer<Int32>, rate: Float
    ) {
        learnRow(
            digits, count: count, planes, codes, choices: choices, isChild: isChild, rate: rate, .shared)
    }
}
