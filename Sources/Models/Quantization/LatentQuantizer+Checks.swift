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

    /// Refuses codes that this quantizer cannot have made.
    ///
    /// - Parameters:
    ///   - codes: [N, n, H, W].
    ///   - count: How many layers are wanted, the first ones; all if `nil`. What `codes` hold of further layers is not
    ///     looked at, and need not be there.
    ///   - branchings: The m of each layer, where the codes are known to be below it; `nil` for codes from elsewhere.
    /// - Throws: ``CodeError`` where a code or the shape is not this quantizer's, `TorchError`.
    package func check(_ codes: Tensor, layers count: Int? = nil, below branchings: [Int]? = nil) throws {
        let count = try checkedLayers(of: codes, count)
        let wanted = layers.prefix(count).map(\.branching)
        if branchings?.prefix(count).elementsEqual(wanted) == true { return }
        for (index, branching) in wanted.enumerated() {
            let values = try codes.selected(axis: 1, index).array(of: Int32.self)
            if let wrong = values.first(where: { $0 < 0 || Int($0) >= branching }) {
                throw CodeError.range(layer: index, found: Int(wrong), branching: branching)
            }
        }
    }

    /// How many layers of codes are wanted; all if `nil`. The codes' numbers are not looked at.
    ///
    /// - Throws: ``CodeError`` where the shape is not this quantizer's, or it has not so many layers.
    func checkedLayers(of codes: Tensor, _ count: Int?) throws -> Int {
        let available = layers.count
        let count = count ?? available
        guard (1...available).contains(count) else { throw CodeError.layers(asked: count, available: available) }
        guard codes.rank == 4, (count...available).contains(codes.size(1)) else {
            throw CodeError.shape(found: codes.shape, layers: available)
        }
        return count
    }

    /// Codes [N, n, H, W] layer by layer, int32 [count, N·H·W].
    ///
    /// - Throws: ``CodeError`` where the shape is not this quantizer's, or it has not so many layers; `TorchError`.
    func layerRows(_ codes: Tensor, layers count: Int? = nil) throws -> Tensor {
        let count = try checkedLayers(of: codes, count)
        return try codes.narrowed(axis: 1, 0..<count).to(.int32).permuted([1, 0, 2, 3]).reshaped([count, -1])
    }
}
