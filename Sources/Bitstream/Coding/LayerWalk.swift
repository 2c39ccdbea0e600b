import EntropyKernelBaseline

/// Goes through a layer's codes image by image and row by row, with the planes that the kernel looks at.
struct LayerWalk {
    let images: Int
    let layer: CodeLayer
    /// The layer before with the absolute codeword numbers of all images, or `nil` for the first layer.
    let earlier: (layer: CodeLayer, numbers: [Int32])?

    /// - Parameters:
    ///   - numbers: Receives the layer's absolute codeword numbers [images, height, width].
    ///   - body: Codes a row: is given its place among all codes, and returns whether to go on.
    /// - Returns: Whether all rows were coded.
    func run(_ numbers: inout [Int32], _ body: (Int, RowPlanes) throws -> Bool) rethrows -> Bool {
        let (height, width) = (layer.height, layer.width)
        let stride = width + 2
        let previous = earlier?.layer ?? CodeLayer(height: 1, width: 1, choices: 1)
        let earlierStride = previous.width + 2
        var plane = [Int32](repeating: 0, count: (height + 2) * stride)
        var earlierPlane = [Int32](repeating: 0, count: (previous.height + 2) * earlierStride)
        // Where the grids differ, a position of this layer lies in one of the coarser grid before it.
        let columns = (0...width).map { $0 == width ? Int32(previous.width) : Int32($0 * previous.width / width) }
        let rows = (0...height).map { $0 == height ? previous.height : $0 * previous.height / height }
        numbers = [Int32](repeating: 0, count: images * height * width)
        for image in 0..<images {
            if let earlier {
                for y in 0..<previous.height {
                    let source = (image * previous.height + y) * previous.width
                    for x in 0..<previous.width {
                        earlierPlane[(y + 1) * earlierStride + x + 1] = earlier.numbers[source + x] &+ 1
                    }
                }
            }
            let goesOn = try plane.withUnsafeMutableBufferPointer { plane in
                try earlierPlane.withUnsafeBufferPointer { earlierPlane in
                    try columns.withUnsafeBufferPointer { columns in
                        guard let own = plane.baseAddress, let before = earlierPlane.baseAddress,
                            let columns = columns.baseAddress
                        else { return false }
                        plane.update(repeating: 0)
                        for y in 0..<height {
                            let hasEarlier = earlier != nil
                            let planes = RowPlanes(
                                own: own + (y + 1) * stride + 1, stride: stride,
                                earlier: hasEarlier ? before + (rows[y] + 1) * earlierStride + 1 : nil,
                                earlierBelow: hasEarlier ? before + (rows[y + 1] + 1) * earlierStride + 1 : nil,
                                columns: columns)
                            guard try body((image * height + y) * width, planes) else { return false }
                        }
                        return true
                    }
                }
            }
            guard goesOn else { return false }
            for y in 0..<height {
                for x in 0..<width {
                    numbers[(image * height + y) * width + x] = plane[(y + 1) * stride + x + 1] &- 1
                }
            }
        }
        return true
    }
}
