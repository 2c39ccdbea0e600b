import EntropyKernelInterface
import Latents

/// The sizes of one digit's tables, which follow from the numbers of choices of the layers.
struct DigitShape: Equatable {
    /// Values of the digit, 1 to 8.
    var size: Int
    /// Different digits that can come before it.
    var prefixes: Int
    /// Parents: absolute codeword numbers of the layer before, or 1.
    var parents: Int
    /// Absolute codeword numbers of the digit's own layer.
    var codewords: Int

    /// Nodes that a kind tells apart.
    func nodes(_ kind: ContextStatistics.NodeKind) -> Int {
        switch kind {
        case .none: 1
        case .prefix: prefixes
        case .parentAndPrefix: parents * prefixes
        }
    }

    /// Different symbols of a neighbour: its number plus one, 0 outside of the picture, without its lowest bits.
    func symbols(_ source: ContextStatistics.Source, shift: Int) -> Int {
        (source.isEarlier ? parents : codewords) >> shift + 1
    }

    /// The digits of every layer's codes.
    ///
    /// - Returns: `nil` where the numbers are too large for tables.
    static func shapes(choices: [Int], isHierarchical: Bool) -> [[DigitShape]]? {
        var result: [[DigitShape]] = []
        var before = 1
        for m in choices {
            guard (1...CodeLayer.maximumChoices).contains(m) else { return nil }
            let codewords = isHierarchical ? before * m : m
            guard codewords <= CodeLayer.maximumChoices else { return nil }
            var digits: [DigitShape] = []
            let count = digitCount(choices: m)
            let top = count == 0 ? 1 : (m - 1) >> (3 * (count - 1)) + 1
            for index in 0..<count {
                // Where m is no power of eight, a few combinations of digits cannot occur; they have rows all the same.
                let prefixes = index == 0 ? 1 : top << (3 * (index - 1))
                guard before * prefixes <= CodeLayer.maximumChoices else { return nil }
                digits.append(
                    DigitShape(size: index == 0 ? top : 8, prefixes: prefixes, parents: before, codewords: codewords))
            }
            result.append(digits)
            before = codewords
        }
        return result
    }

    /// Digits in base 8 of the numbers below m.
    static func digitCount(choices: Int) -> Int {
        choices == 1 ? 0 : (Int.bitWidth - (choices - 1).leadingZeroBitCount + 2) / 3
    }
}

extension ContextStatistics {
    /// Checks every size and score, as the kernel that reads them does not.
    ///
    /// - Returns: What is wrong, or `nil`.
    var complaint: String? {
        guard (0...24).contains(adaptation) else { return "an adaptation of \(adaptation)" }
        guard model.bytes.count == CompressedHeader.modelBytes else { return "a fingerprint of another length" }
        guard !layers.isEmpty, layers.count <= CompressedHeader.maximumLayers,
            let shapes = DigitShape.shapes(choices: layers.map(\.choices), isHierarchical: isHierarchical)
        else { return "impossible layers" }
        let limit = DigitModel.largestScore
        func fits(_ scores: [SIMD8<Int16>], _ count: Int) -> Bool {
            scores.count == count && scores.allSatisfy { $0.min() >= -limit && $0.max() <= limit }
        }
        for (index, (layer, shapes)) in zip(layers, shapes).enumerated() {
            guard layer.digits.count == shapes.count else { return "layer \(index + 1) has other digits" }
            for (digit, shape) in zip(layer.digits, shapes) {
                guard digit.terms.count <= DigitModel.largestTermCount,
                    Set(digit.terms.map(\.source)).count == digit.terms.count,
                    fits(digit.base, shape.nodes(.parentAndPrefix)),
                    digit.terms.allSatisfy({ term in
                        (0...24).contains(term.shift) && (index > 0 || !term.source.isEarlier)
                            && fits(
                                term.scores, shape.nodes(term.nodeKind) * shape.symbols(term.source, shift: term.shift))
                    })
                else { return "the tables of layer \(index + 1) have other sizes or scores than they can" }
            }
        }
        return nil
    }
}
