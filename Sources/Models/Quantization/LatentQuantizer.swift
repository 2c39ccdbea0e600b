import Torch

/// Turns latent vectors into codes and back: the seam between an autoencoder and its discrete latents.
///
///     latents [N, D, H, W] ──encode──► codes [N, n, H, W] ──decode──► quantized latents [N, D, H, W]
///              └──quantize (training)──► quantized latents with a gradient, terms of the objective, an update
///
/// A code is an index in 0 ..< m of its layer; `Autoencoder.decode` checks codes from elsewhere, and quantizers do not
/// check again. Latents are float32 and channels-last. ``QuantizerSettings`` make one that
/// learns codebooks; ``FiniteScalarSettings`` one that rounds and has none.
///
/// To add one: a class that conforms, settings that conform to ``LatentQuantizerSettings``, a case in
/// `QuantizerConfiguration.Kind`, and tests.
public protocol LatentQuantizer: AnyObject {
    /// The length of a latent vector, D.
    var dimension: Int { get }
    /// What each of the n layers chooses from, in the order in which they are applied.
    var layers: [QuantizerLayer] { get }
    /// What training keeps beside parameters, by name, for a checkpoint; shares memory.
    var state: [(name: String, tensor: Tensor)] { get }
    /// Whether initial values that depend on data are in place.
    ///
    /// - Throws: `TorchError`.
    func isInitialized() throws -> Bool

    /// Declares the current parameters to be initialized: they were loaded, or random ones were asked for.
    ///
    /// - Throws: `TorchError`.
    func markInitialized() throws

    /// Initializes from encoder outputs.
    ///
    /// - Parameters:
    ///   - vectors: [V, D].
    ///   - iterations: Rounds of k-means a layer.
    ///   - generator: Where random choices come from.
    ///   - progress: Told which layer is being initialized, from 0, and how many rounds of it are done.
    /// - Throws: `TorchError`.
    func initialize(
        with vectors: Tensor, iterations: Int, using generator: inout some RandomNumberGenerator,
        progress: (_ layer: Int, _ rounds: Int) -> Void
    ) throws

    /// Quantizes latents for a training step; changes nothing before ``QuantizerOutput/update(using:)``.
    ///
    /// - Parameters:
    ///   - latents: [N, D, H, W], channels-last.
    ///   - keptLayers: Of each image, from how many of its first layers ``QuantizerOutput/shortened`` is made, 0 to n;
    ///     all if `nil`.
    /// - Throws: ``CodeError/layers(asked:available:)``, `TorchError`.
    func quantize(_ latents: Tensor, keptLayers: [Int]?) throws -> any QuantizerOutput

    /// The codes of latents, int32 [N, n, H, W].
    ///
    /// - Throws: `TorchError`.
    func encode(_ latents: Tensor) throws -> Tensor

    /// The codes of latents, and the quantized latents [N, D, H, W] that they stand for.
    ///
    /// - Throws: `TorchError`.
    func encodeAndQuantize(_ latents: Tensor) throws -> (codes: Tensor, quantized: Tensor)

    /// The quantized latents that codes stand for.
    ///
    /// - Parameters:
    ///   - codes: [N, n, H, W], or of the first `layers` alone; each in 0 ..< m.
    ///   - layers: How many layers to use, the first ones, 1 to n; all if `nil`.
    /// - Returns: float32 [N, D, H, W], channels-last.
    /// - Throws: ``CodeError`` where the shape is not the quantizer's, or it has not so many layers; `TorchError`.
    func decode(_ codes: Tensor, layers: Int?) throws -> Tensor

    /// Codes as indices of codewords: the same where each layer has one codebook, parent · m + child in a hierarchy.
    ///
    /// - Parameter codes: [N, n, H, W], each in 0 ..< m.
    /// - Returns: int32 [n, N·H·W].
    /// - Throws: ``CodeError`` where the shape is not the quantizer's; `TorchError`.
    func codewordIndices(_ codes: Tensor) throws -> Tensor
}

/// What a layer of a quantizer chooses from.
public struct QuantizerLayer: Sendable, Equatable {
    /// The number of codebooks: 1, or in a hierarchy one for each codeword of the layer before.
    package var codebooks: Int
    /// Codewords a codebook, m: codes are in 0 ..< m.
    public var branching: Int
    /// Distances to codewords that are computed for a vector: m, or 0 where nothing is searched.
    package var distances: Int

    /// Names the sizes.
    package init(codebooks: Int = 1, branching: Int, distances: Int) {
        self.codebooks = codebooks
        self.branching = branching
        self.distances = distances
    }

    /// Codewords of the layer.
    public var codewords: Int { codebooks * branching }
}

/// What a quantizer makes of latents in a training step.
public protocol QuantizerOutput {
    /// The quantized latents with a gradient to the latents, [N, D, H, W].
    var quantized: Tensor { get }
    /// As ``quantized``, made of the kept layers of each image; the same tensor where all were kept.
    var shortened: Tensor { get }
    /// The quantizer's terms of the objective by name, for logs.
    var terms: [(name: String, value: Tensor)] { get }
    /// Their weighted sum, which is added to the objective; `nil` for a quantizer without terms.
    ///
    /// - Throws: `TorchError`.
    func objective() throws -> Tensor?

    /// Learns from the step what no gradient teaches, such as moving averages; called once, after the optimizer's step.
    ///
    /// - Parameter generator: Where random choices come from.
    /// - Throws: `TorchError`.
    func update(using generator: inout some RandomNumberGenerator) throws -> QuantizerUpdate
}

/// What a training step did to a quantizer.
public struct QuantizerUpdate {
    /// How many vectors each codeword of each layer got in this step.
    package var usage: [[Int64]]
    /// How many codewords of each layer were revived.
    package var revived: [Int]
    /// Rows of parameters that were set anew: an optimizer's moments of trainable ones are of another place.
    package var moved: [(parameter: Parameter, rows: Range<Int>)]

    /// Collects the parts.
    package init(usage: [[Int64]], revived: [Int], moved: [(parameter: Parameter, rows: Range<Int>)] = []) {
        self.usage = usage
        self.revived = revived
        self.moved = moved
    }
}

/// The settings of a quantizer, which can make it.
public protocol LatentQuantizerSettings: Sendable {
    /// The length of a latent vector, D.
    var dimension: Int { get }

    /// Makes the quantizer with its initial parameters.
    ///
    /// - Parameter scope: Where parameters are made, and what their names begin with.
    /// - Throws: `TorchError`.
    func makeQuantizer(_ scope: Scope) throws -> any LatentQuantizer
}

extension Tensor {
    /// Latents [N, D, H, W] as rows [N·H·W, D], of the same memory where they are channels-last.
    ///
    /// - Throws: ``TorchError``.
    package func latentRows() throws -> Tensor { try permuted([0, 2, 3, 1]).reshaped([-1, size(1)]) }
}
