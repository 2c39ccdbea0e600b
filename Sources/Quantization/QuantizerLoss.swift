import Torch

/// The quantizer's terms of the objective (HR-VQVAE, section 3), each the mean over all elements, without β.
public struct QuantizerLoss {
    /// ‖sg[ξ⁰] − e_C‖².
    public var codebookSum: Tensor
    /// ‖sg[e_C] − ξ⁰‖².
    public var commitmentSum: Tensor
    /// ‖sg[ξⁱ⁻¹] − eⁱ‖², a layer each.
    public var codebook: [Tensor]
    /// ‖sg[eⁱ] − ξⁱ⁻¹‖², a layer each. Its gradient reaches the encoder alone.
    public var commitment: [Tensor]

    /// The weighted sum of all terms. Codebook terms count only where codewords are learnt by gradient: moving
    /// averages take their place otherwise.
    ///
    /// - Throws: `TorchError`.
    public func total(_ settings: QuantizerSettings) throws -> Tensor {
        var total = try commitmentSum * settings.betaSum
        for term in commitment { total = try total + term * settings.beta }
        if settings.learning == .gradient {
            total = try total + codebookSum
            for term in codebook { total = try total + term }
        }
        return total
    }

    /// The terms by name, for logs.
    public var terms: [(name: String, value: Tensor)] {
        [("codebook.sum", codebookSum), ("commitment.sum", commitmentSum)]
            + codebook.enumerated().map { ("codebook.\($0.offset)", $0.element) }
            + commitment.enumerated().map { ("commitment.\($0.offset)", $0.element) }
    }
}
