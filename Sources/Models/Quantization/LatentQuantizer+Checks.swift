import Torch

extension LatentQuantizer {
    /// How many layers are kept of each image, or `nil` where it is all of them.
    ///
    /// - Throws: ``CodeError/layers(asked:available:)``.
    func keptLayers(_ kept: [Int]?, images: Int) throws -> [Int]? {
        guard let kept else { return nil }
        precondition(kept.count == images, "\(kept.count) numbers of layers for \(images) images")
        let count = layers.count
        if let wrong = kept.first(where: { !(0...count).contains($0) }) {
            throw CodeError.layers(asked: wrong, available: count)
        }
        return kept.allSatisfy { $0 == count } ? nil : kept
    }

    /// 1 for each image of which a layer is kept and 0 for the others, float32 [N, 1], on the processor; `nil` where it
    /// is kept of all.
    func mask(_ kept: [Int], layer: Int) throws -> Tensor? {
        guard kept.contains(where: { $0 <= layer }) else { return nil }
        return try Tensor(kept.map { $0 > layer ? 1 : 0 as Float }, [kept.count, 1])
    }

    /// Codes from anywhere, checked.
    ///
    /// - Parameters:
    ///   - codes: [N, n, H, W].
    ///   - count: How many layers are wanted, the first ones; all if `nil`. What `codes` hold of further layers is not
    ///     looked at, and need not be there.
    /// - Returns: int32 [count, N·H·W], each number in 0 ..< m of its layer.
    /// - Throws: ``CodeError`` where a code or the shape is not this quantizer's, or it has not so many layers.
    func checkedCodes(_ codes: Tensor, layers count: Int? = nil) throws -> Tensor {
        let layers = layers
        let count = count ?? layers.count
        guard (1...layers.count).contains(count) else {
            throw CodeError.layers(asked: count, available: layers.count)
        }
        guard codes.rank == 4, (count...layers.count).contains(codes.size(1)) else {
            throw CodeError.shape(found: codes.shape, layers: layers.count)
        }
        let checked = try codes.narrowed(axis: 1, 0..<count).to(.int32).permuted([1, 0, 2, 3]).reshaped([count, -1])
        let values = try checked.array(of: Int32.self)
        let size = checked.size(1)
        for (index, layer) in layers.prefix(count).enumerated() {
            let part = values[index * size..<(index + 1) * size]
            if let wrong = part.first(where: { $0 < 0 || Int($0) >= layer.branching }) {
                throw CodeError.range(layer: index, found: Int(wrong), branching: layer.branching)
            }
        }
        return checked
    }
}
