import EntropyKernelInterface

extension RowPlanes {
    /// The symbols that a table looks at, of each position of the row.
    @inline(__always)
    func symbols(_ source: Int) -> UnsafePointer<Int32> {
        switch source {
        case 0: UnsafePointer(own - 1)
        case 1: UnsafePointer(own - stride)
        case 2: UnsafePointer(own - stride - 1)
        case 3: UnsafePointer(own - stride + 1)
        case 4: earlier.unsafelyUnwrapped + 1
        default: earlier.unsafelyUnwrapped + earlierStride
        }
    }

    /// Enters the row's codes into the layer's own plane.
    @inline(__always)
    func fill(_ codes: UnsafePointer<Int32>, choices: Int, isChild: Bool) {
        if isChild, let earlier {
            let choices = Int32(truncatingIfNeeded: choices)
            for x in 0..<width { own[x] = (earlier[x] &- 1) &* choices &+ codes[x] &+ 1 }
        } else {
            for x in 0..<width { own[x] = codes[x] &+ 1 }
        }
    }

    /// The codeword that the layer before chose at a position.
    @inline(__always)
    func parent(_ x: Int) -> Int { Int(earlier?[x] ?? 1) &- 1 }
}

/// Where the scores are that a table gives to the positions of a row.
struct TermRow {
    let scores: UnsafePointer<SIMD8<Int16>>
    let symbols: UnsafePointer<Int32>
    let shift: Int32
    /// From one node to the next; 0 where the node does not matter.
    let stride: Int32

    @inline(__always)
    init(_ term: TermTable, _ planes: RowPlanes, prefixes: Int) {
        scores = term.scores
        symbols = planes.symbols(term.source)
        shift = term.shift & 31
        let isNodeless = term.nodeKind == 0 || (term.nodeKind == 1 && prefixes == 1)
        stride = isNodeless ? 0 : Int32(truncatingIfNeeded: term.symbols)
    }

    /// A table that has nothing to say: every symbol leads to a row of zeros.
    @inline(__always)
    init(silent planes: RowPlanes, _ constants: KernelConstants) {
        scores = constants.firstScores
        symbols = UnsafePointer(planes.own)
        shift = 31
        stride = 0
    }

    @inline(__always)
    func score(_ x: Int, node: Int32) -> SIMD8<Int16> { score(symbol: symbols[x], node: node) }

    /// Nodes times symbols are the rows of a table, which fit 32 bits.
    @inline(__always)
    func score(symbol: Int32, node: Int32) -> SIMD8<Int16> {
        scores[Int(UInt32(bitPattern: node &* stride &+ symbol &>> shift))]
    }
}

extension DigitModel {
    /// Adds up what a row's neighbours say of this digit: all of them, or all but the one to the west.
    ///
    /// - Parameters:
    ///   - nodes: The row's nodes of this digit.
    ///   - scores: Receives the sums.
    @inline(__always)
    func sum(
        _ planes: RowPlanes, nodes: UnsafePointer<Int32>, withoutWest: Bool,
        _ scores: UnsafeMutablePointer<SIMD8<Int16>>
    ) {
        for x in 0..<planes.width { scores[x] = SIMD8() }
        var waiting: TermRow?
        for index in 0..<termCount {
            let term = terms[index]
            if withoutWest, term.source == TermTable.west { continue }
            let row = TermRow(term, planes, prefixes: prefixes)
            if term.nodeKind == 1, prefixes > 1 {
                let divisor = Int32(truncatingIfNeeded: prefixes)
                for x in 0..<planes.width { scores[x] &+= row.score(x, node: nodes[x] % divisor) }
            } else if let other = waiting {
                // Two at a time, so that sums are read and written half as often.
                for x in 0..<planes.width {
                    let node = nodes[x]
                    scores[x] &+= other.score(x, node: node) &+ row.score(x, node: node)
                }
                waiting = nil
            } else {
                waiting = row
            }
        }
        if let waiting {
            for x in 0..<planes.width { scores[x] &+= waiting.score(x, node: nodes[x]) }
        }
    }

    /// What the position to the west says of this digit.
    @inline(__always)
    func west(_ planes: RowPlanes, _ constants: KernelConstants) -> TermRow {
        for index in 0..<termCount where terms[index].source == TermTable.west {
            return TermRow(terms[index], planes, prefixes: prefixes)
        }
        return TermRow(silent: planes, constants)
    }

    /// Adds up what a position's neighbours say of this digit.
    @inline(__always)
    func sum(_ planes: RowPlanes, _ x: Int, node: Int, prefix: Int) -> SIMD8<Int16> {
        var sum = SIMD8<Int16>()
        for index in 0..<termCount {
            let term = terms[index]
            let row = term.nodeKind == 2 ? node : term.nodeKind == 1 ? prefix : 0
            let symbol = Int(planes.symbols(term.source)[x] &>> term.shift)
            sum &+= term.scores[row &* term.symbols &+ symbol]
        }
        return sum
    }
}
