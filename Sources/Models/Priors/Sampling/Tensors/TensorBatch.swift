import Torch

/// The images that go through a ``TensorSampler`` together, and their way: a recording of a row on CUDA, plain calls
/// elsewhere.
///
/// On CUDA everything happens within `CUDAStream.run(_:)`.
final class TensorBatch {
    let memory: TensorMemory
    private let row: TensorRow
    private let graph: CUDAGraph?

    /// Records a row where there is CUDA.
    ///
    /// - Throws: `TorchError`.
    init(_ row: TensorRow) throws {
        self.row = row
        memory = row.memory
        guard memory.row.device.isCUDA else {
            graph = nil
            return
        }
        // Once for real: operators choose algorithms at their first use, which cannot be recorded.
        try memory.restart(row.weights)
        try row()
        graph = try CUDAGraph.record { try row() }
    }

    /// Begins with images.
    ///
    /// - Parameters:
    ///   - input: What they are conditioned on.
    ///   - images: Their numbers; if they are fewer than there is memory for, the last one goes several times.
    ///   - given: Codes of all the request's positions and whether they are given, [N, H, W].
    ///   - uniforms: Random numbers of these images' positions, [images, H · W]; `nil` where nothing is drawn.
    /// - Throws: `TorchError`.
    func start(
        _ network: PixelSNAIL, _ input: SamplingInput, _ images: Range<Int>, given: (codes: [Int32], mask: [Bool])?,
        uniforms: [Double]?
    ) throws {
        try memory.restart(row.weights)
        let places = images.lowerBound..<images.lowerBound + memory.count
        let none = try Tensor.zeros([0], .int64)
        if let conditions = memory.conditions, let told = try network.conditioning(input.input(places, codes: none)) {
            let shape = [memory.count, row.settings.height, row.settings.width, row.settings.hiddenUnits]
            try conditions.copyInPlace(
                from: PriorOperators.expand(.tensor(told), .integers(shape), false).permuted([1, 2, 0, 3])
                    .reshaped(conditions.shape))
        }
        if let uniforms {
            try write(uniforms, of: (0..<memory.count).map { min($0, images.count - 1) }, to: memory.uniforms)
        }
        if let given {
            let numbers = places.map { min($0, images.upperBound - 1) }
            try write(given.codes, of: numbers, to: memory.givenCodes)
            try write(given.mask.map { $0 ? 1 : 0 } as [UInt8], of: numbers, to: memory.isGiven)
        }
    }

    /// Copies images' numbers [images, H · W] to [H, W · N].
    private func write<Number: TensorElement>(_ numbers: [Number], of images: [Int], to target: Tensor) throws {
        let positions = row.settings.positions
        let ordered = (0..<positions).flatMap { position in images.map { numbers[$0 * positions + position] } }
        try target.copyInPlace(from: Tensor(ordered, target.shape))
    }

    /// Computes the next row; does not wait for it.
    ///
    /// - Throws: `TorchError`.
    func nextRow() throws {
        if let graph { try graph.replay() } else { try row() }
    }
}
