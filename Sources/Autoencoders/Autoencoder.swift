import Foundation
import Quantization
import Torch

/// An image model with discrete latents. Commands, metrics and training know models by this protocol alone.
///
///     images ──encode──► codes ──decode──► images          reconstruct = decode ∘ encode
///
/// Images are [N, C, H, W] float32 in [−0.5, 0.5], channels-last, H and W multiples of ``downsampling``.
public protocol Autoencoder: AnyObject {
    /// All parameters by name.
    var parameters: ParameterStore { get }
    /// The element type of the convolutions.
    var precision: DataType { get set }
    /// Sides of images must be multiples of this.
    var downsampling: Int { get }
    /// Colour channels of the images.
    var channels: Int { get }
    /// How many pixels away from a pixel its reconstruction can depend on others.
    var receptiveRadius: Int { get }
    /// The quantizers in the order in which they are applied.
    var quantizers: [ResidualQuantizer] { get }

    /// The latent grids of images of a size.
    func grids(height: Int, width: Int) -> [LatentGrid]

    /// Images to codes.
    ///
    /// - Throws: `TorchError`.
    func encode(_ images: Tensor) throws -> Codes

    /// Codes to images.
    ///
    /// - Throws: `CodeError` where the codes are not this model's, `TorchError`.
    func decode(_ codes: Codes) throws -> Tensor

    /// Images through the whole model, differentiable, with all that training wants to know.
    ///
    /// - Throws: `TorchError`.
    func forward(_ images: Tensor) throws -> AutoencoderOutput

    /// The vectors [V, D] that quantizer `index` would see for these images, for placing its codewords.
    ///
    /// - Throws: `TorchError`.
    func vectors(_ images: Tensor, quantizer index: Int) throws -> Tensor
}

/// What one forward pass gives.
public struct AutoencoderOutput {
    /// x̂, float32 [N, C, H, W], not limited to [−0.5, 0.5].
    public var reconstruction: Tensor
    /// ‖x − x̂‖², the mean over all elements.
    public var reconstructionLoss: Tensor
    /// The objective that is minimised.
    public var total: Tensor
    /// What each quantizer did.
    public var quantizers: [ResidualQuantizer.Output]

    /// Collects the parts.
    public init(
        reconstruction: Tensor, reconstructionLoss: Tensor, total: Tensor,
        quantizers: [ResidualQuantizer.Output]
    ) {
        self.reconstruction = reconstruction
        self.reconstructionLoss = reconstructionLoss
        self.total = total
        self.quantizers = quantizers
    }

    /// Every term of the objective by name, for logs and for finding the one that is not a number.
    public var terms: [(name: String, value: Tensor)] {
        [("reconstruction", reconstructionLoss)]
            + quantizers.enumerated().flatMap { index, output in
                output.loss.terms.map { (quantizers.count == 1 ? $0.name : "\(index).\($0.name)", $0.value) }
            }
    }
}

extension Autoencoder {
    /// Images to codes and back, without gradients: decode ∘ encode, so that it shows what codes hold.
    ///
    /// - Returns: x̂ in [−0.5, 0.5].
    /// - Throws: `TorchError`.
    public func reconstruct(_ images: Tensor) throws -> Tensor { try decode(encode(images)) }

    /// The number of codewords of every layer, over all quantizers.
    public var codewords: [Int] { quantizers.flatMap(\.settings.codewords) }

    /// Bits an image of a size takes when every code is written in log₂ m bits.
    public func bits(height: Int, width: Int) -> Double {
        grids(height: height, width: width).reduce(0) { sum, grid in
            sum + Double(grid.height * grid.width) * grid.branchings.reduce(0) { $0 + log2(Double($1)) }
        }
    }

    /// Codebook statistics by name, for a checkpoint; they share memory.
    public func statistics() -> [(name: String, tensor: Tensor)] {
        quantizers.enumerated().flatMap { index, quantizer in
            quantizer.statistics.state().map { ("quantizer.\(index).\($0.name)", $0.tensor) }
        }
    }
}
