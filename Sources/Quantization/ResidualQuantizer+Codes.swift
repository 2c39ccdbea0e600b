import Torch

/// Codes that a quantizer cannot have made.
public enum CodeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The tensor has not the form [N, layers, H, W].
    case shape(found: [Int], layers: Int)
    /// There is another number of latent grids than the model has.
    case grids(found: Int, expected: Int)
    /// A code is outside of its codebook.
    case range(layer: Int, found: Int, branching: Int)

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
        }
    }
}

extension ResidualQuantizer {
    /// Absolute codeword numbers [n, V] as child indices [N, n, H, W], each in 0 ..< m, int32.
    ///
    /// - Throws: `TorchError`.
    public func codes(_ assignment: Assignment, images: Int, height: Int, width: Int) throws -> Tensor {
        let branching = try Tensor.full([], Double(settings.branching), .int32, device: assignment.indices.device)
        return try assignment.indices.remainder(branching)
            .reshaped([settings.layers, images, height, width]).permuted([1, 0, 2, 3]).contiguous()
    }

    /// Child indices [N, n, H, W] as absolute codeword numbers [n, V], int32.
    ///
    /// - Throws: ``CodeError`` where a code or the shape is not this quantizer's.
    public func absoluteIndices(_ codes: Tensor) throws -> Tensor {
        guard codes.rank == 4, codes.size(1) == settings.layers else {
            throw CodeError.shape(found: codes.shape, layers: settings.layers)
        }
        let children = try codes.to(.int32).permuted([1, 0, 2, 3]).reshaped([settings.layers, -1])
        for (layer, values) in try children.array(of: Int32.self).chunks(settings.layers).enumerated() {
            if let wrong = values.first(where: { $0 < 0 || $0 >= Int32(settings.branching) }) {
                throw CodeError.range(layer: layer, found: Int(wrong), branching: settings.branching)
            }
        }
        var parents = try Tensor.zeros([children.size(1)], .int32, device: codes.device)
        var result: [Tensor] = []
        for layer in 0..<settings.layers {
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
    ///   - codes: Child indices [N, n, H, W].
    ///   - layers: How many layers to add, the first ones; all by default.
    /// - Returns: e¹ + … + e^layers, float32 [N, D, H, W], channels-last.
    /// - Throws: ``CodeError``, `TorchError`.
    public func decode(_ codes: Tensor, layers: Int? = nil) throws -> Tensor {
        let indices = try absoluteIndices(codes)
        var total: Tensor?
        for layer in 0..<min(layers ?? settings.layers, settings.layers) {
            let codewords = try codebooks[layer].tensor.detached().reshaped([-1, settings.dimension])
                .indexSelected(axis: 0, indices.selected(axis: 0, layer))
            total = try total.map { try $0 + codewords } ?? codewords
        }
        guard let total else { preconditionFailure("decoding no layers") }
        return try total.reshaped([codes.size(0), codes.size(2), codes.size(3), settings.dimension])
            .permuted([0, 3, 1, 2])
    }
}

extension Array {
    /// Equal parts, one after the other.
    fileprivate func chunks(_ count: Int) -> [ArraySlice<Element>] {
        guard count > 0, !isEmpty else { return [] }
        let size = self.count / count
        return (0..<count).map { self[$0 * size..<($0 + 1) * size] }
    }
}
