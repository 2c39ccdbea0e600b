/// One table of a digit's model: eight scores for each combination of a node and a symbol.
public struct TermTable {
    /// Which of the position's symbols it looks at: from 0 west, north, north-west, north-east, and of the layer before
    /// east and south.
    public var source: Int
    /// What of a node is looked at: 0 nothing, 1 the digits before this one, 2 the parent too.
    public var nodeKind: Int
    /// How many symbols it tells apart: from one node to the next in ``scores``.
    public var symbols: Int
    /// Bits of the symbol that are dropped.
    public var shift: Int32
    /// Scores [nodes, symbols, 8].
    public var scores: UnsafePointer<SIMD8<Int16>>

    /// Collects the parts.
    public init(source: Int, nodeKind: Int, symbols: Int, shift: Int32, scores: UnsafePointer<SIMD8<Int16>>) {
        self.source = source
        self.nodeKind = nodeKind
        self.symbols = symbols
        self.shift = shift
        self.scores = scores
    }
}

/// The model of one digit of a layer's codes.
public struct DigitModel {
    /// The values that the digit can have, 1 to 8.
    public var size: Int
    /// How many different digits can come before it.
    public var prefixes: Int
    /// Its tables but the first.
    public var terms: UnsafePointer<TermTable>
    /// How many.
    public var termCount: Int
    /// Scores [nodes, 8] that depend on nothing else, and follow the file where `adaptation` is not 0.
    public var base: UnsafeMutablePointer<SIMD8<Int16>>
    /// After a digit a score moves by (1 − p) or −p in 65,536ths, shifted down by this; 0 for not at all.
    public var adaptation: Int32

    /// Collects the parts.
    public init(
        size: Int, prefixes: Int, terms: UnsafePointer<TermTable>, termCount: Int,
        base: UnsafeMutablePointer<SIMD8<Int16>>, adaptation: Int32
    ) {
        self.size = size
        self.prefixes = prefixes
        self.terms = terms
        self.termCount = termCount
        self.base = base
        self.adaptation = adaptation
    }

    /// No score of a table is larger: the sum of all tables' must fit 16 bits.
    public static let largestScore: Int16 = 4095
    /// No digit has more tables beside the base.
    public static let largestTermCount = 7
}

/// The planes of one image that a row of codes looks at.
///
/// A plane holds a layer's absolute codeword numbers, each plus one, with a border of zeros of one position on every
/// side: [height + 2, width + 2].
public struct RowPlanes {
    /// The layer's own plane, at the row's first position.
    public var own: UnsafeMutablePointer<Int32>
    /// From one row of the own plane to the next.
    public var stride: Int
    /// The row of the layer before's plane that this row lies in, at its first position; `nil` in the first layer.
    public var earlier: UnsafePointer<Int32>?
    /// The same for the row after this one.
    public var earlierBelow: UnsafePointer<Int32>?
    /// Where column x of this layer, 0 to the width inclusive, is in a row of the layer before.
    public var columns: UnsafePointer<Int32>

    /// Collects the parts.
    public init(
        own: UnsafeMutablePointer<Int32>, stride: Int, earlier: UnsafePointer<Int32>?,
        earlierBelow: UnsafePointer<Int32>?, columns: UnsafePointer<Int32>
    ) {
        self.own = own
        self.stride = stride
        self.earlier = earlier
        self.earlierBelow = earlierBelow
        self.columns = columns
    }
}

/// A layer's model: the digits of its codes, the most significant first.
public struct LayerModel {
    /// The digits.
    public var digits: UnsafePointer<DigitModel>
    /// How many.
    public var digitCount: Int
    /// The number of choices, m.
    public var choices: Int
    /// Whether a code names a child of the codeword of the layer before.
    public var isChild: Bool

    /// Collects the parts.
    public init(digits: UnsafePointer<DigitModel>, digitCount: Int, choices: Int, isChild: Bool) {
        self.digits = digits
        self.digitCount = digitCount
        self.choices = choices
        self.isChild = isChild
    }
}

/// What is done with the digits of codes, one after the other.
protocol DigitVisitor {
    /// How many digits can come before digit `index` of a code.
    func prefixes(_ index: Int) -> Int

    /// Meets a digit.
    ///
    /// - Parameters:
    ///   - index: Its place in the code, the most significant first.
    ///   - node: The parent with the digits before it.
    ///   - prefix: The digits before it.
    ///   - symbols: The neighbours.
    ///   - digit: The digit as the codes have it; of no meaning where codes are read.
    /// - Returns: The digit.
    mutating func visit(_ index: Int, node: Int, prefix: Int, _ symbols: SIMD8<Int32>, digit: Int) -> Int
}

/// Goes through one row of a layer's codes, and fills in what was read.
///
/// - Returns: Whether all codes are below the number of choices; only a reader can meet others.
@inline(__always)
func visitRow<Visitor: DigitVisitor>(
    _ visitor: inout Visitor, digits: Int, choices: Int, isChild: Bool, _ planes: RowPlanes,
    _ codes: UnsafeMutablePointer<Int32>, width: Int
) -> Bool {
    var symbols = SIMD8<Int32>()
    for x in 0..<width {
        let place = planes.own + x
        var parent = 0
        symbols[0] = place[-1]
        symbols[1] = place[-planes.stride]
        symbols[2] = place[-planes.stride - 1]
        symbols[3] = place[-planes.stride + 1]
        if let earlier = planes.earlier, let below = planes.earlierBelow {
            let column = Int(planes.columns[x])
            parent = Int(earlier[column]) - 1
            symbols[4] = earlier[Int(planes.columns[x + 1])]
            symbols[5] = below[column]
        }
        let known = Int(codes[x])
        var prefix = 0
        for index in 0..<digits {
            let shift = 3 &* (digits &- 1 &- index)
            let digit = visitor.visit(
                index, node: parent &* visitor.prefixes(index) &+ prefix, prefix: prefix, symbols,
                digit: known &>> shift & 7)
            prefix = prefix &<< 3 | digit
        }
        guard prefix < choices else { return false }
        codes[x] = Int32(truncatingIfNeeded: prefix)
        place[0] = Int32(truncatingIfNeeded: (isChild ? parent &* choices &+ prefix : prefix) &+ 1)
    }
    return true
}

/// Codes digits with the distributions of a layer's model.
struct CodingVisitor<Coder: DigitCoder>: DigitVisitor {
    var coder: Coder
    let model: LayerModel
    let constants: KernelConstants

    @inline(__always)
    func prefixes(_ index: Int) -> Int { model.digits[index].prefixes }

    @inline(__always)
    mutating func visit(_ index: Int, node: Int, prefix: Int, _ symbols: SIMD8<Int32>, digit: Int) -> Int {
        codeDigit(&coder, model.digits[index], node: node, prefix: prefix, symbols, digit: digit, constants: constants)
    }
}

/// Codes one row of one layer.
///
/// - Returns: Whether all codes are below the number of choices.
@inline(__always)
func codeRow<Coder: DigitCoder>(
    _ coder: inout Coder, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafeMutablePointer<Int32>, width: Int,
    constants: KernelConstants
) -> Bool {
    var visitor = CodingVisitor(coder: coder, model: model, constants: constants)
    let isWhole = visitRow(
        &visitor, digits: model.digitCount, choices: model.choices, isChild: model.isChild, planes, codes,
        width: width)
    coder = visitor.coder
    return isWhole
}

@inline(__always)
private func codeDigit<Coder: DigitCoder>(
    _ coder: inout Coder, _ model: DigitModel, node: Int, prefix: Int, _ symbols: SIMD8<Int32>, digit: Int,
    constants: KernelConstants
) -> Int {
    var scores = model.base[node]
    for index in 0..<model.termCount {
        let term = model.terms[index]
        let row = term.nodeKind == 2 ? node : term.nodeKind == 1 ? prefix : 0
        let symbol = Int(symbols[term.source] &>> term.shift)
        scores &+= term.scores[row &* term.symbols &+ symbol]
    }
    let frequencies = frequencies(scores, model, constants)
    let coded = coder.code(digit, frequencies, constants)
    if model.adaptation != 0 { adapt(&model.base[node], frequencies, coded, by: model.adaptation, constants) }
    return coded
}

/// Shares that are proportional to 2^(score/256): 32768 · 2^(−(greatest − score)/256) each, rounded down by shifts, then
/// brought to a sum of at most 65,536, of which every possible value has at least one.
@inline(__always)
private func frequencies(_ scores: SIMD8<Int16>, _ model: DigitModel, _ constants: KernelConstants) -> Frequencies {
    let possible = constants.firstLanes[model.size]
    var lanes = SIMD8<Int32>(truncatingIfNeeded: scores)
    lanes = lanes & possible | SIMD8(repeating: Int32(Int16.min)) & ~possible
    var greatest = lanes[0]
    for lane in 1..<8 { greatest = max(greatest, lanes[lane]) }
    let distance = SIMD8(repeating: greatest) &- lanes
    var weights = SIMD8<Int32>()
    for lane in 0..<8 {
        let far = distance[lane]
        weights[lane] = Int32(constants.powers[Int(far & 255)]) &>> min(far &>> 8, 31)
    }
    weights = weights & possible
    let scale = Int32(truncatingIfNeeded: (65536 &- model.size) &<< 15) / weights.wrappedSum()
    let shares = SIMD8<UInt32>(truncatingIfNeeded: weights &* SIMD8(repeating: scale)) &>> SIMD8(repeating: 15)
    return Frequencies(shares: shares &- SIMD8(truncatingIfNeeded: possible), size: model.size)
}

@inline(__always)
private func adapt(
    _ scores: inout SIMD8<Int16>, _ frequencies: Frequencies, _ digit: Int, by shift: Int32,
    _ constants: KernelConstants
) {
    let share = SIMD8<Int32>(truncatingIfNeeded: frequencies.shares)
    // The lanes up to the digit without those before it: the digit's own.
    let own = constants.firstLanes[digit &+ 1] & ~constants.firstLanes[digit]
    let half = Int32(1) &<< (shift &- 1)
    let step = (own & SIMD8(repeating: 65535)) &- share &+ SIMD8(repeating: half)
    let moved = SIMD8<Int32>(truncatingIfNeeded: scores) &+ step &>> SIMD8(repeating: shift)
    let limit = Int32(DigitModel.largestScore)
    for lane in 0..<8 { scores[lane] = Int16(truncatingIfNeeded: max(-limit, min(limit, moved[lane]))) }
}
