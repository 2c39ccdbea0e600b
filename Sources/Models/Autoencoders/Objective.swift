import Quantization
import Torch

/// What training minimizes: a function of images, their reconstruction, and what quantizers add.
///
/// A model makes reconstructions and knows nothing of what they are compared by, so that a new term is a new objective and
/// no change of a model. An objective may hold networks of its own, and train them.
package protocol Objective: Sendable {
    /// Measures one forward pass.
    ///
    /// - Parameters:
    ///   - output: What the model made of the images.
    ///   - images: [N, C, H, W] in [−0.5, 0.5], float32, channels-last.
    /// - Throws: `TorchError`.
    func callAsFunction(_ output: AutoencoderOutput, images: Tensor) throws -> ObjectiveValue
}

/// The value of an objective.
package struct ObjectiveValue {
    /// What is minimized; a scalar with a gradient.
    package var total: Tensor
    /// Its terms without their weights, and what else a log should show, by name. The mean squared error is called `mse`,
    /// or `reconstruction` where it is what is minimized.
    package var terms: [(name: String, value: Tensor)]

    /// Collects the parts.
    package init(total: Tensor, terms: [(name: String, value: Tensor)]) {
        self.total = total
        self.terms = terms
    }
}

/// How pixels are compared.
public enum PixelLoss: String, Sendable, Codable, CaseIterable {
    /// mean((x − x̂)²), as in VQ-VAE and HR-VQVAE.
    case l2
    /// mean(|x − x̂|): blurs edges less, and weighs large errors less.
    case l1
}

/// The error of pixels plus the quantizers' terms: the objective of VQ-VAE and of HR-VQVAE (section 3).
///
///     L = mean(|x − x̂|ᵖ) + Σ quantizers' terms,   p = 2 or 1
package struct ReconstructionObjective: Objective {
    /// How pixels are compared.
    package var pixel: PixelLoss

    /// Chooses how pixels are compared.
    package init(pixel: PixelLoss = .l2) { self.pixel = pixel }

    /// Measures one forward pass.
    ///
    /// - Throws: `TorchError`.
    package func callAsFunction(_ output: AutoencoderOutput, images: Tensor) throws -> ObjectiveValue {
        let error: Tensor
        var terms: [(name: String, value: Tensor)] = []
        switch pixel {
        case .l2:
            error = try output.reconstruction.reconstructionError(images)
        case .l1:
            error = try output.reconstruction.to(.float32).meanAbsoluteError(images)
            terms = [
                ("mse", try withoutGradients { try output.reconstruction.detached().reconstructionError(images) })
            ]
        }
        var total = error
        for quantizer in output.quantizers { total = try quantizer.objective().map { try total + $0 } ?? total }
        return ObjectiveValue(total: total, terms: [("reconstruction", error)] + terms + output.quantizerTerms)
    }
}
