import Foundation
import Torch
import Training

/// Entropies of codes without a model.
struct CodeEntropy {
    /// −Σ p log₂ p over the codes of a layer, bits.
    let order0: Double
    /// The same given the codeword of the layer before; equal to ``order0`` for the first layer, where that layer is on
    /// another grid, and where there are too many pairs to count.
    let givenParent: Double

    init(_ data: PriorData, _ places: [Int], choices: Int) throws {
        let rows = try Tensor(places.map(Int64.init), [places.count])
        let codes = try data.codes.indexSelected(axis: 0, rows).to(.int64)
        let own = try codes.reshaped([-1]).histogram(length: choices).array(of: Int64.self)
        order0 = Self.entropy(own)
        guard let parent = data.conditions.last, parent.shape == data.codes.shape,
            try parent.extreme(.most) < RunConfiguration.maximumCodewords / choices
        else {
            givenParent = order0
            return
        }
        let parents = try parent.indexSelected(axis: 0, rows).to(.int64)
        let pairs = try ((parents * Double(choices)).to(.int64) + codes).reshaped([-1])
        let length = try pairs.extreme(.most) + 1
        let joint = try pairs.histogram(length: length).array(of: Int64.self)
        let marginal = try parents.reshaped([-1]).histogram(length: 1).array(of: Int64.self)
        givenParent = Self.entropy(joint) - Self.entropy(marginal)
    }

    private static func entropy(_ counts: [Int64]) -> Double {
        let total = Double(counts.reduce(0, +))
        return counts.reduce(0) { sum, count in
            guard count > 0 else { return sum }
            let share = Double(count) / total
            return sum - share * log2(share)
        }
    }
}
