import Torch

/// Codes that a quantizer cannot have made.
public enum CodeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The tensor has not the form [N, layers, H, W].
    case shape(found: [Int], layers: Int)
    /// There is another number of latent grids than the model has.
    case grids(found: Int, expected: Int)
    /// A code is outside of its codebook.
    case range(layer: Int, found: Int, branching: Int)
    /// More layers than there are were asked for, or none.
    case layers(asked: Int, available: Int)

    /// One sentence.
    public var description: String {
        switch self {
        case .shape(let found, let layers):
            "codes of shape \(found) were given, and this model's are [images, \(layers), height, width]"
        case .grids(let found, let expected):
            "codes for \(found) latent grids were given, and this model has \(expected)"
        case .range(let layer, let found, let branching):
            "layer \(layer + 1) holds the code \(found), and this model's are 0 to \(branching - 1); "
                + "were the codes made by another model?"
        case .layers(let asked, let available):
            "the first \(asked) layers were asked for, and there are \(available); ask for "
                + (available == 1 ? "1" : "1 to \(available)")
        }
    }
}

extension ResidualQuantizer {
    /// Absolute codeword numbers [n, V] as child indices [N, n, H, W], each in 0 ..< m, int32.
    ///
    /// - Throws: `TorchError`.
    package func codes(_ assignment: Assignment, images: Int, height: Int, width: Int) throws -> Tensor {
        let branching = try Tensor.full([], Double(settings.branching), .int32, device: assignment.indices.device)
        return try assignment.indices.remainder(branching)
            .reshaped([settings.layers, images, height, width]).permuted([1, 0, 2, 3]).contiguous()
    }

    /// Child indices [N, n, H, W] as absolute codeword numbers [n, V], int32.
    ///
    /// - Parameters:
    ///   - codes: Child indices [N, n, H, W].
    ///   - layers: How many layers are wanted, the first ones; all by default. What `codes` hold of further layers is
    ///     not looked at, and need not be there.
    /// - Throws: ``CodeError`` where the shape is not this quantizer's, or it has not so many layers; `TorchError`.
    package func absoluteIndices(_ codes: Tensor, layers: Int? = nil) throws -> Tensor {
        let children = try layerRows(codes, layers: layers)
        var parents = try Tensor.zeros([children.size(1)], .int32, device: codes.device)
        var result: [Tensor] = []
        for layer in 0..<children.size(0) {
            let child = try children.selected(axis: 0, layer)
            parents =
                settings.structure == .flat
                ? child : try (parents * Double(settings.branching)).to(.int32) + child
            result.append(parents)
        }
        return try Tensor.stack(result, axis: 0)
    }

    /// The sum of the codewords that codes name.
    ///
    /// - Parameters:
    ///   - codes: Child indices [N, n, H, W], or of the layers that are added alone.
    ///   - layers: How many layers to add, the first ones; all by default.
    /// - Returns: e¹ + … + e^layers, float32 [N, D, H, W], channels-last.
    /// - Throws: ``CodeError``, `TorchError`.
    package func decode(_ codes: Tensor, layers: Int? = nil) throws -> Tensor {
        let indices = try absoluteIndices(codes, layers: layers)
        var total: Tensor?
        for layer in 0..<indices.size(0) {
            let codewords = try codebooks[layer].tensor.detached().reshaped([-1, settings.dimension])
                .indexSelected(axis: 0, indices.selected(axis: 0, layer))
            total = try total.map { try $0 + codewords } ?? codewords
        }
        guard let total else { preconditionFailure("decoding no layers") }
        return try total.reshaped([codes.size(0), codes.size(2), codes.size(3), settings.dimension])
            .permuted([0, 3, 1, 2])
    }
}
