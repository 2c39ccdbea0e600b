import Torch

extension ResidualQuantizer: LatentQuantizer {
    /// The length of a codeword, D.
    package var dimension: Int { settings.dimension }

    /// 1, m, …, mⁿ⁻¹ codebooks in a hierarchy, one in each flat layer.
    package var layers: [QuantizerLayer] {
        settings.codebooks.map {
            QuantizerLayer(codebooks: $0, branching: settings.branching, distances: settings.branching)
        }
    }

    /// ``statistics`` by name.
    package var state: [(name: String, tensor: Tensor)] { statistics.state() }

    /// As ``callAsFunction(_:layers:)``.
    ///
    /// - Throws: ``CodeError/layers(asked:available:)``, `TorchError`.
    package func quantize(_ latents: Tensor, keptLayers: [Int]?) throws -> any QuantizerOutput {
        try self(latents, layers: keptLayers)
    }

    /// The codes of the nearest codewords.
    ///
    /// - Throws: `TorchError`.
    package func encode(_ latents: Tensor) throws -> Tensor {
        try codes(
            assign(latents.latentRows(), sums: .none), images: latents.size(0), height: latents.size(2),
            width: latents.size(3))
    }

    /// The codes of the nearest codewords, and the sum of these codewords.
    ///
    /// - Throws: `TorchError`.
    package func encodeAndQuantize(_ latents: Tensor) throws -> (codes: Tensor, quantized: Tensor) {
        let assignment = try assign(latents.latentRows(), sums: .partial)
        guard let sums = assignment.sums else { preconditionFailure("an assignment without sums") }
        let shape = latents.shape
        return (
            try codes(assignment, images: shape[0], height: shape[2], width: shape[3]),
            try sums.selected(axis: 0, sums.size(0) - 1).grid(shape)
        )
    }

    /// Codes as absolute indices.
    ///
    /// - Throws: ``CodeError``, `TorchError`.
    package func codewordIndices(_ codes: Tensor) throws -> Tensor { try absoluteIndices(codes) }
}

extension ResidualQuantizer.Output: QuantizerOutput {
    /// Terms of all layers and of their sum.
    package var terms: [(name: String, value: Tensor)] { loss.terms }

    /// The terms, weighted by the quantizer's β and β₀.
    ///
    /// - Throws: `TorchError`.
    package func objective() throws -> Tensor? { try loss.total(quantizer.settings) }

    /// Moving averages, and revival of codewords that went unused for long.
    ///
    /// - Throws: `TorchError`.
    package func update(using generator: inout some RandomNumberGenerator) throws -> QuantizerUpdate {
        try quantizer.update(self, using: &generator)
    }
}

extension QuantizerSettings: LatentQuantizerSettings {
    /// A residual quantizer.
    ///
    /// - Throws: `TorchError`.
    public func makeQuantizer(_ scope: Scope) throws -> any LatentQuantizer { try ResidualQuantizer(scope, self) }
}
