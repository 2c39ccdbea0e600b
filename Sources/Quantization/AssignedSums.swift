import Torch

/// How many vectors each codeword of a layer got in one step, and their sum.
struct AssignedSums {
    /// n, int64 [mⁱ⁺¹] as Swift numbers.
    var counts: [Int64]
    /// s, float32 [mⁱ⁺¹, D].
    var sums: Tensor

    /// Adds up the vectors that entered a layer.
    ///
    /// - Parameters:
    ///   - layer: i, from 0.
    ///   - codewords: mⁱ⁺¹.
    ///   - output: The quantizer's output of this step.
    ///   - withSums: Whether the sums are wanted; they stay zero otherwise.
    /// - Throws: `TorchError`.
    init(layer: Int, codewords: Int, _ output: ResidualQuantizer.Output, withSums: Bool) throws {
        guard let partialSums = output.assignment.sums else { preconditionFailure("an assignment without sums") }
        let vectors = output.vectors
        let indices = try output.assignment.indices.selected(axis: 0, layer)
        let entered = layer == 0 ? nil : try partialSums.selected(axis: 0, layer - 1)
        let sums = try Tensor.zeros([codewords, vectors.size(1)], device: vectors.device)
        self.sums = sums
        guard vectors.device == .cpu else {
            counts = try indices.histogram(length: codewords).array(of: Int64.self)
            if withSums {
                try sums.indexAddInPlace(axis: 0, indices, entered.map { try vectors - $0 } ?? vectors)
            }
            return
        }
        // One pass that subtracts and adds, without an array of residuals between.
        var counts = [Int64](repeating: 0, count: codewords)
        let dimension = vectors.size(1)
        try indices.withMemory(of: Int32.self) { (indices) throws -> Void in
            for index in indices { counts[Int(index)] += 1 }
            guard withSums else { return }
            try vectors.contiguous().withMemory(of: Float.self) { vectors in
                try sums.withMemory(of: Float.self) { sums in
                    guard let target = sums.baseAddress, let source = vectors.baseAddress else { return }
                    func add(_ minus: UnsafePointer<Float>?) {
                        for (row, index) in indices.enumerated() {
                            let vector = source + row * dimension
                            let sum = target + Int(index) * dimension
                            if let minus {
                                let minus = minus + row * dimension
                                for axis in 0..<dimension { sum[axis] += vector[axis] - minus[axis] }
                            } else {
                                for axis in 0..<dimension { sum[axis] += vector[axis] }
                            }
                        }
                    }
                    if let entered {
                        try entered.withMemory(of: Float.self) { memory in
                            add(memory.baseAddress.map { UnsafePointer($0) })
                        }
                    } else {
                        add(nil)
                    }
                }
            }
        }
        self.counts = counts
    }
}
