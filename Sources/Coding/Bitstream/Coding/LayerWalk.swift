import EntropyKernelInterface
import Latents

/// Goes through a layer's codes image by image and row by row, with the planes that the kernel looks at.
struct LayerWalk {
    let images: Int
    let layer: CodeLayer
    /// Digits of a code.
    let digits: Int
    /// The layer before with its symbols, or `nil` for the first layer.
    let earlier: (layer: CodeLayer, symbols: [Int32])?

    /// - Parameters:
    ///   - symbols: Receives the layer's symbols: absolute codeword numbers plus one [images, height, width].
    ///   - body: Codes a row: is given its place among all codes, and returns whether to go on.
    /// - Returns: Whether all rows were coded.
    func run(_ symbols: inout [Int32], _ body: (Int, RowPlanes) throws -> Bool) rethrows -> Bool {
        let (height, width) = (layer.height, layer.width)
        let stride = width + 2
        var plane = [Int32](repeating: 0, count: (height + 2) * stride)
        var earlierPlane = [Int32](repeating: 0, count: earlier == nil ? 0 : (height + 1) * (width + 1))
        var nodes = [Int32](repeating: 0, count: max(digits * width, 1))
        var scores = [SIMD8<Int16>](repeating: SIMD8(), count: max(digits * width, 1))
        symbols = [Int32](repeating: 0, count: images * height * width)
        for image in 0..<images {
            fill(&earlierPlane, image: image)
            let goesOn = try plane.withUnsafeMutableBufferPointer { plane in
                try earlierPlane.withUnsafeBufferPointer { earlierPlane in
                    try nodes.withUnsafeMutableBufferPointer { nodes in
                        try scores.withUnsafeMutableBufferPointer { scores in
                            guard let own = plane.baseAddress, let nodes = nodes.baseAddress,
                                let scores = scores.baseAddress
                            else { return false }
                            plane.update(repeating: 0)
                            let before = earlier == nil ? nil : earlierPlane.baseAddress
                            for y in 0..<height {
                                let planes = RowPlanes(
                                    own: own + (y + 1) * stride + 1, stride: stride,
                                    earlier: before.map { $0 + y * (width + 1) }, earlierStride: width + 1,
                                    nodes: nodes, scores: scores, width: width)
                                guard try body((image * height + y) * width, planes) else { return false }
                            }
                            return true
                        }
                    }
                }
            }
            guard goesOn else { return false }
            for y in 0..<height {
                copy(plane, from: (y + 1) * stride + 1, to: &symbols, at: (image * height + y) * width, count: width)
            }
        }
        return true
    }

    /// Brings the layer before to this layer's grid: where the grids differ, a position of this layer lies in one of the
    /// coarser grid before it.
    private func fill(_ plane: inout [Int32], image: Int) {
        guard let earlier else { return }
        let previous = earlier.layer
        for y in 0..<layer.height {
            let source = (image * previous.height + y * previous.height / layer.height) * previous.width
            let target = y * (layer.width + 1)
            if previous.width == layer.width {
                copy(earlier.symbols, from: source, to: &plane, at: target, count: layer.width)
            } else {
                for x in 0..<layer.width {
                    plane[target + x] = earlier.symbols[source + x * previous.width / layer.width]
                }
            }
        }
    }

    private func copy(_ source: [Int32], from start: Int, to target: inout [Int32], at place: Int, count: Int) {
        source.withUnsafeBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                let part = UnsafeMutableBufferPointer(rebasing: target[place..<place + count])
                _ = part.update(fromContentsOf: source[start..<start + count])
            }
        }
    }
}
