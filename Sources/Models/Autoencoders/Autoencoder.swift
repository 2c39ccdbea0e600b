import Foundation
import Latents
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
    var quantizers: [any LatentQuantizer] { get }

    /// The latent grids of images of a size.
    func grids(height: Int, width: Int) -> [LatentGrid]

    /// Images to codes.
    ///
    /// - Throws: `TorchError`.
    func encode(_ images: Tensor) throws -> Codes

    /// Codes to images, from the first layers of codes alone where that is asked for.
    ///
    /// Layers are counted over all quantizers, in the order in which they are applied: of a residual quantizer its
    /// layers, of VQ-VAE-2 the levels from the coarsest grid on. A layer that is left out adds nothing to the sum of
    /// codewords; a grid of which nothing is left consists of zeros.
    ///
    /// - Parameters:
    ///   - codes: Child indices. What they hold of layers that are left out is not looked at, and need not be there.
    ///   - layers: How many layers to decode from, 1 to ``layers``; all if `nil`.
    /// - Returns: x̂ in [−0.5, 0.5].
    /// - Throws: `CodeError` where the codes are not this model's or it has not so many layers, `TorchError`.
    func decode(_ codes: Codes, layers: Int?) throws -> Tensor

    /// Images to codes and back, without gradients: what ``decode(_:layers:)`` makes of ``encode(_:)``'s codes, to the
    /// bit, so that it shows what codes hold.
    ///
    /// - Returns: x̂ in [−0.5, 0.5].
    /// - Throws: `TorchError`.
    func reconstruct(_ images: Tensor) throws -> Tensor

    /// Images through the whole model, differentiable, with all that training wants to know.
    ///
    /// - Parameters:
    ///   - images: [N, C, H, W].
    ///   - layers: Of each image, from how many of its first layers the reconstruction is made, 1 to ``layers``, as
    ///     ``decode(_:layers:)`` counts them; all of them if `nil`. What is left out is learnt nevertheless: encoding
    ///     leaves nothing out, so all layers see what they see there, and have their own terms of the objective.
    /// - Throws: `CodeError.layers`, `TorchError`.
    func forward(_ images: Tensor, layers: [Int]?) throws -> AutoencoderOutput

    /// The vectors [V, D] that quantizer `index` would see for these images, for placing its codewords.
    ///
    /// - Throws: `TorchError`.
    func vectors(_ images: Tensor, quantizer index: Int) throws -> Tensor
}

/// What one forward pass gives; an `Objective` measures it.
public struct AutoencoderOutput {
    /// x̂, [N, C, H, W], not limited to [−0.5, 0.5]; float32, on a CUDA device perhaps in the convolutions' type.
    public var reconstruction: Tensor
    /// What each quantizer did.
    public var quantizers: [any QuantizerOutput]

    /// Collects the parts.
    package init(reconstruction: Tensor, quantizers: [any QuantizerOutput]) {
        self.reconstruction = reconstruction
        self.quantizers = quantizers
    }

    /// The quantizers' terms by name, numbered where there are several quantizers.
    package var quantizerTerms: [(name: String, value: Tensor)] {
        quantizers.enumerated().flatMap { index, output in
            output.terms.map { (quantizers.count == 1 ? $0.name : "\(index).\($0.name)", $0.value) }
        }
    }
}

extension Autoencoder {
    /// Codes to images, from all layers; see ``decode(_:layers:)``.
    ///
    /// - Throws: `CodeError`, `TorchError`.
    public func decode(_ codes: Codes) throws -> Tensor { try decode(codes, layers: nil) }

    /// Images through the whole model and all layers; see ``forward(_:layers:)``.
    ///
    /// - Throws: `TorchError`.
    public func forward(_ images: Tensor) throws -> AutoencoderOutput { try forward(images, layers: nil) }

    /// The number of layers of codes, over all quantizers.
    public var layers: Int { quantizers.reduce(0) { $0 + $1.layers.count } }

    /// How many layers of each quantizer are among the first ones of all.
    ///
    /// - Parameter layers: 1 to ``layers``; all if `nil`.
    /// - Returns: For each of ``quantizers`` a number, 0 where nothing of it is among them.
    /// - Throws: `CodeError.layers`.
    func shares(ofFirst layers: Int?) throws -> [Int] {
        var left = layers ?? self.layers
        guard (1...self.layers).contains(left) else {
            throw CodeError.layers(asked: left, available: self.layers)
        }
        return quantizers.map { quantizer in
            let share = min(quantizer.layers.count, left)
            left -= share
            return share
        }
    }

    /// Refuses codes that this model cannot have made, before any of them is looked up.
    ///
    /// - Parameters:
    ///   - codes: Codes from anywhere; those that are known to be in range are not looked at.
    ///   - shares: How many layers of each quantizer are wanted, the first ones.
    /// - Throws: `CodeError`, `TorchError`.
    func check(_ codes: Codes, shares: [Int]) throws {
        for (index, (quantizer, share)) in zip(quantizers, shares).enumerated() where share > 0 {
            let branchings = codes.branchings.flatMap { index < $0.count ? $0[index] : nil }
            try quantizer.check(codes.grids[index], layers: share, below: branchings)
        }
    }

    /// The number of codewords of every layer, over all quantizers.
    public var codewords: [Int] { quantizers.flatMap { $0.layers.map(\.codewords) } }

    /// Bits an image of a size takes when every code is written in log₂ m bits.
    public func bits(height: Int, width: Int) -> Double {
        grids(height: height, width: width).reduce(0) { sum, grid in
            sum + Double(grid.height * grid.width) * grid.branchings.reduce(0) { $0 + log2(Double($1)) }
        }
    }

    /// Codebook statistics by name, for a checkpoint; they share memory.
    package func statistics() -> [(name: String, tensor: Tensor)] {
        quantizers.enumerated().flatMap { index, quantizer in
            quantizer.state.map { ("quantizer.\(index).\($0.name)", $0.tensor) }
        }
    }
}
