import Torch

/// Settings of finite scalar quantization (FSQ; Mentzer et al., ICLR 2024), which rounds each number of a latent vector to
/// one of so many levels.
public struct FiniteScalarSettings: LatentQuantizerSettings, Equatable {
    /// Levels of each element of a latent vector, Lᵢ, at least 2. Their product is the number of codes, at most 2²⁴.
    public var levels: [Int]

    /// The most codes: up to here float32 holds every one exactly.
    package static let maximumCodes = 1 << 24

    /// Names the levels, such as `[8, 5, 5, 5]`.
    public init(levels: [Int]) {
        precondition(
            Self.codes(of: levels) != nil, "levels of at least 2 whose product is at most \(Self.maximumCodes)")
        self.levels = levels
    }

    /// The product of levels, L₁ ⋯ L_D.
    ///
    /// - Returns: `nil` where there is none, one is less than 2, or the product is more than ``maximumCodes``.
    package static func codes(of levels: [Int]) -> Int? {
        guard !levels.isEmpty else { return nil }
        var product = 1
        for level in levels {
            guard level >= 2, level <= maximumCodes / product else { return nil }
            product *= level
        }
        return product
    }

    /// The length of a latent vector, D.
    public var dimension: Int { levels.count }

    /// The quantizer; it has no parameters.
    ///
    /// - Throws: `TorchError`.
    public func makeQuantizer(_ scope: Scope) throws -> any LatentQuantizer {
        try FiniteScalarQuantizer(self, device: scope.store.device)
    }
}
