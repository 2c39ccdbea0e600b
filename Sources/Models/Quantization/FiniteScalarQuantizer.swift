import Foundation
import Torch

/// Finite scalar quantization (FSQ; Mentzer et al., ICLR 2024): each number of a latent vector is squashed and rounded to
/// one of Lᵢ levels, and the levels of all D numbers make one code. There is no codebook to learn, and no loss term.
///
///     b(z) = h · tanh(z + s) − o        h = (L − 1)(1 − ε)/2,   o = ½ for an even L, else 0,   s = tan(o / h)
///     q = round(b(z)) / ⌊L/2⌋           in −1 … 1
///     code = Σᵢ (round(b(zᵢ)) + ⌊Lᵢ/2⌋) · L₁ ⋯ Lᵢ₋₁        in 0 ..< L₁ ⋯ L_D
///
/// with ε = 10⁻³. The gradient passes the rounding straight through, and b(z) as it is.
///
/// Source: the listing in appendix A.1 of the paper, with which codes and vectors agree.
package final class FiniteScalarQuantizer: LatentQuantizer {
    /// The levels.
    package typealias Settings = FiniteScalarSettings

    /// The settings.
    package let settings: Settings
    private let codes: Int
    // [1, D, 1, 1], to be broadcast over latents.
    private let halfRange: Tensor
    private let offset: Tensor
    private let shift: Tensor
    private let halfWidth: Tensor
    private let basis: Tensor

    private static let epsilon = 1e-3

    /// Prepares the constants of the levels.
    ///
    /// - Throws: `TorchError`.
    package init(_ settings: Settings, device: Device = .cpu) throws {
        self.settings = settings
        let levels = settings.levels
        var place = 1
        let places = levels.map { level in
            defer { place *= level }
            return place
        }
        codes = place
        func constant(_ numbers: [Double]) throws -> Tensor {
            try Tensor(numbers.map(Float.init), [1, numbers.count, 1, 1]).to(device)
        }
        let halves = levels.map { Double($0 - 1) * (1 - Self.epsilon) / 2 }
        let offsets = levels.map { $0.isMultiple(of: 2) ? 0.5 : 0 }
        halfRange = try constant(halves)
        offset = try constant(offsets)
        shift = try constant(zip(offsets, halves).map { tan($0 / $1) })
        halfWidth = try constant(levels.map { Double($0 / 2) })
        basis = try constant(places.map(Double.init))
    }

    /// One layer of L₁ ⋯ L_D codes.
    package var layers: [QuantizerLayer] { [QuantizerLayer(branching: codes, distances: 0)] }
    /// D.
    package var dimension: Int { settings.dimension }
    /// Nothing is kept beside parameters.
    package var state: [(name: String, tensor: Tensor)] { [] }
    /// Nothing depends on data.
    package func isInitialized() -> Bool { true }
    /// Nothing depends on data.
    package func markInitialized() {}
    /// Nothing depends on data.
    package func initialize(
        with vectors: Tensor, iterations: Int, using generator: inout some RandomNumberGenerator,
        progress: (_ layer: Int, _ rounds: Int) -> Void
    ) {}

    /// What a step makes of latents.
    struct Output: QuantizerOutput {
        let quantizer: FiniteScalarQuantizer
        let quantized: Tensor
        let shortened: Tensor
        /// round(b(z)), outside of differentiation.
        let digits: Tensor

        var terms: [(name: String, value: Tensor)] { [] }

        func objective() -> Tensor? { nil }

        func update(using generator: inout some RandomNumberGenerator) throws -> QuantizerUpdate {
            var usage = [Int64](repeating: 0, count: quantizer.codes)
            for code in try withoutGradients({ try quantizer.code(digits).array(of: Int32.self) }) {
                usage[Int(code)] += 1
            }
            return QuantizerUpdate(usage: [usage], revived: [0])
        }
    }

    /// Rounds latents; the gradient of the rounding is that of the identity.
    ///
    /// - Throws: ``CodeError/layers(asked:available:)``, `TorchError`.
    package func quantize(_ latents: Tensor, keptLayers: [Int]?) throws -> any QuantizerOutput {
        let bounded = try bounded(latents.to(.float32))
        let digits = try withoutGradients { try bounded.detached().rounded() }
        let quantized = try digits.withGradient(of: [bounded]) { [$0] } / halfWidth
        var shortened = quantized
        if let kept = try self.keptLayers(keptLayers, images: latents.size(0)), let mask = try mask(kept, layer: 0) {
            shortened = try quantized * mask.reshaped([kept.count, 1, 1, 1]).to(latents.device)
        }
        return Output(quantizer: self, quantized: quantized, shortened: shortened, digits: digits)
    }

    /// The codes of latents, [N, 1, H, W].
    ///
    /// - Throws: `TorchError`.
    package func encode(_ latents: Tensor) throws -> Tensor {
        try withoutGradients { try code(bounded(latents.to(.float32)).rounded()) }
    }

    /// The codes of latents, and what they stand for.
    ///
    /// - Throws: `TorchError`.
    package func encodeAndQuantize(_ latents: Tensor) throws -> (codes: Tensor, quantized: Tensor) {
        try withoutGradients {
            let digits = try bounded(latents.to(.float32)).rounded()
            return (try code(digits), try digits / halfWidth)
        }
    }

    /// The vectors that codes stand for.
    ///
    /// - Throws: ``CodeError``, `TorchError`.
    package func decode(_ codes: Tensor, layers: Int?) throws -> Tensor {
        _ = try checkedLayers(of: codes, layers)
        return try withoutGradients {
            var rest = try codes.to(.int32)
            let digits = try settings.levels.map { level in
                let levels = try Tensor.full([], Double(level), .int32, device: codes.device)
                let digit = try rest.remainder(levels)
                // Exact: a multiple of the levels below 2²⁴.
                rest = try ((rest - digit).to(.float32) / levels.to(.float32)).to(.int32)
                return try digit.to(.float32)
            }
            let all = try Tensor.concatenate(digits, axis: 1).channelsLast()
            return try (all - halfWidth) / halfWidth
        }
    }

    /// Codes themselves: each stands for one vector.
    ///
    /// - Throws: ``CodeError``, `TorchError`.
    package func codewordIndices(_ codes: Tensor) throws -> Tensor { try layerRows(codes) }

    private func bounded(_ latents: Tensor) throws -> Tensor {
        try (latents + shift).hyperbolicTangent() * halfRange - offset
    }

    /// [N, D, H, W] of round(b(z)) as codes int32 [N, 1, H, W]. The sum is exact.
    private func code(_ digits: Tensor) throws -> Tensor {
        try ((digits + halfWidth) * basis).sum(axes: [1], keepAxes: true).to(.int32).contiguous()
    }
}
