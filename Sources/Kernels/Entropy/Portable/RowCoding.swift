import EntropyKernelInterface

/// Codes one row of codes that are known.
///
/// With the codes all neighbours are known: what they say is summed for the whole row before its digits are coded.
@inline(__always)
func writeRow<Writer: DigitWriter>(
    _ writer: inout Writer, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafePointer<Int32>,
    _ constants: KernelConstants
) {
    let width = planes.width
    planes.fill(codes, choices: model.choices, isChild: model.isChild)
    for index in 0..<model.digitCount {
        let digit = model.digits[index]
        let nodes = planes.nodes + index &* width
        let shift = 3 &* (model.digitCount &- index)
        for x in 0..<width {
            nodes[x] = Int32(truncatingIfNeeded: planes.parent(x) &* digit.prefixes &+ Int(codes[x]) &>> shift)
        }
        digit.sum(planes, nodes: nodes, withoutWest: false, planes.scores + index &* width)
    }
    // Most codes are one digit of eight values; with the sizes at hand the compiler leaves out what serves the others.
    var own = writer
    if model.digitCount == 1, model.digits[0].size == 8 {
        let digit = model.digits[0]
        for x in 0..<width {
            writeDigit(&own, digit, size: 8, planes, place: x, Int(codes[x]), constants)
        }
    } else {
        for x in 0..<width {
            for index in 0..<model.digitCount {
                let value = Int(codes[x]) &>> (3 &* (model.digitCount &- 1 &- index)) & 7
                let digit = model.digits[index]
                writeDigit(&own, digit, size: digit.size, planes, place: index &* width &+ x, value, constants)
            }
        }
    }
    writer = own
}

@inline(__always)
private func writeDigit<Writer: DigitWriter>(
    _ writer: inout Writer, _ digit: DigitModel, size: Int, _ planes: RowPlanes, place: Int, _ value: Int,
    _ constants: KernelConstants
) {
    let node = Int(planes.nodes[place])
    let shares = shares(of: digit.base[node] &+ planes.scores[place], size: size, constants)
    writer.write(value, shares, size: size, constants)
    if digit.adaptation != 0 {
        adapt(&digit.base[node], shares, value, size: size, by: digit.adaptation, constants)
    }
}

/// Reads one row of codes.
///
/// Of the first digit everything but the position to the west is known before.
///
/// - Returns: Whether all codes are below the number of choices.
@inline(__always)
func readRow(
    _ reader: inout RangeReader, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafeMutablePointer<Int32>,
    _ constants: KernelConstants
) -> Bool {
    let width = planes.width
    guard model.digitCount > 0 else {
        for x in 0..<width { codes[x] = 0 }
        planes.fill(codes, choices: model.choices, isChild: model.isChild)
        return true
    }
    let first = model.digits[0]
    for x in 0..<width { planes.nodes[x] = Int32(truncatingIfNeeded: planes.parent(x)) }
    first.sum(planes, nodes: planes.nodes, withoutWest: true, planes.scores)
    let west = first.west(planes, constants)
    var own = reader
    var symbol: Int32 = 0
    if model.digitCount == 1, first.size == 8 {
        for x in 0..<width {
            let parent = planes.nodes[x]
            let scores = planes.scores[x] &+ west.score(symbol: symbol, node: parent)
            let code = readDigit(&own, first, size: 8, node: Int(parent), scores, constants)
            codes[x] = Int32(truncatingIfNeeded: code)
            symbol = model.symbol(code, parent: Int(parent))
            planes.own[x] = symbol
        }
    } else {
        for x in 0..<width {
            let parent = Int(planes.nodes[x])
            let scores = planes.scores[x] &+ west.score(symbol: symbol, node: planes.nodes[x])
            var code = readDigit(&own, first, size: first.size, node: parent, scores, constants)
            for index in 1..<model.digitCount {
                let digit = model.digits[index]
                let node = parent &* digit.prefixes &+ code
                let scores = digit.sum(planes, x, node: node, prefix: code)
                code = code &<< 3 | readDigit(&own, digit, size: digit.size, node: node, scores, constants)
            }
            guard code < model.choices else { return false }
            codes[x] = Int32(truncatingIfNeeded: code)
            symbol = model.symbol(code, parent: parent)
            planes.own[x] = symbol
        }
    }
    reader = own
    return true
}

extension LayerModel {
    @inline(__always)
    fileprivate func symbol(_ code: Int, parent: Int) -> Int32 {
        Int32(truncatingIfNeeded: (isChild ? parent &* choices &+ code : code) &+ 1)
    }
}

@inline(__always)
private func readDigit(
    _ reader: inout RangeReader, _ digit: DigitModel, size: Int, node: Int, _ scores: SIMD8<Int16>,
    _ constants: KernelConstants
) -> Int {
    let shares = shares(of: digit.base[node] &+ scores, size: size, constants)
    let value = reader.read(shares, size: size, constants)
    if digit.adaptation != 0 {
        adapt(&digit.base[node], shares, value, size: size, by: digit.adaptation, constants)
    }
    return value
}
