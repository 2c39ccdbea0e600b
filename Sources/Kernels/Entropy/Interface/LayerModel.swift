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

    /// Of ``source``: the position before this one in its row, all that a reader learns only as it goes along the row.
    public static let west = 0
    /// How many sources there are.
    public static let sources = 6
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
