import Foundation
import Priors
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
        let input = try data.batch(places, on: .cpu)
        let own = try input.codes.reshaped([-1]).histogram(length: choices).array(of: Int64.self)
        order0 = Self.entropy(own)
        guard let parents = input.conditions.last, parents.shape == input.codes.shape,
            try parents.extreme(.most) < RunConfiguration.maximumCodewords / choices
        else {
            givenParent = order0
            return
        }
        let pairs = try ((parents * Double(choices)).to(.int64) + input.codes).reshaped([-1])
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
