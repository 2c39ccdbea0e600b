import Torch

/// The quantizer's terms of the objective (HR-VQVAE, section 3), each the mean over all elements, without β.
package struct QuantizerLoss {
    /// ‖sg[ξ⁰] − e_C‖²; in a hierarchy alone.
    package var codebookSum: Tensor?
    /// ‖sg[e_C] − ξ⁰‖²; in a hierarchy alone.
    package var commitmentSum: Tensor?
    /// ‖sg[ξⁱ⁻¹] − eⁱ‖², a layer each.
    package var codebook: [Tensor]
    /// ‖sg[eⁱ] − ξⁱ⁻¹‖², a layer each. Its gradient reaches the encoder alone.
    package var commitment: [Tensor]
    /// The weighted sum with its gradient, where one pass computed both.
    var weighted: Weighted?

    /// A weighted sum that was computed beside the terms.
    struct Weighted {
        var value: Tensor
        /// β and β₀, by which the terms were weighted; `nil` where the terms alone, without gradients, could not be
        /// weighted in another way.
        var weights: (beta: Double, betaSum: Double)?
    }

    /// The weighted sum of all terms. Codebook terms count only where codewords are learnt by gradient: moving
    /// averages take their place otherwise. The terms of the sum over all layers are HR-VQVAE's own: VQ-VAE and plain
    /// residual quantization have a term a layer and no more.
    ///
    /// - Parameter settings: Whose β and β₀ are taken. On a CUDA device they are those of the quantizer in any case: its
    ///   kernel has weighted the terms, which are numbers without gradients there.
    /// - Throws: `TorchError`.
    package func total(_ settings: QuantizerSettings) throws -> Tensor {
        if let weighted, weighted.weights.map({ $0 == (settings.beta, settings.betaSum) }) ?? true {
            return weighted.value
        }
        var terms = try commitmentSum.map { [try $0 * settings.betaSum] } ?? []
        terms += try commitment.map { try $0 * settings.beta }
        if settings.learning == .gradient {
            if let codebookSum { terms.append(codebookSum) }
            terms += codebook
        }
        guard var total = terms.first else { preconditionFailure("a quantizer without layers") }
        for term in terms.dropFirst() { total = try total + term }
        return total
    }

    /// The terms by name, for logs.
    package var terms: [(name: String, value: Tensor)] {
        (codebookSum.map { [("codebook.sum", $0)] } ?? []) + (commitmentSum.map { [("commitment.sum", $0)] } ?? [])
            + codebook.enumerated().map { ("codebook.\($0.offset)", $0.element) }
            + commitment.enumerated().map { ("commitment.\($0.offset)", $0.element) }
    }
}
