import Datasets
import Torch

/// Samples a prior position by position in LibTorch's operators: the way on a GPU.
///
/// As in ``IncrementalSampler`` a position's convolutions look into rows that are kept, and its attention into kept keys
/// and values; here all images of a batch go through each operator together. On CUDA the operators of a row, some 150 a
/// position for the paper's larger networks, are recorded once as a `CUDAGraph` and replayed for every row: started one
/// by one they would wait for the processor. Codes are drawn on the device, which is asked for them after each row.
///
/// It takes the same requests as ``IncrementalSampler`` and draws with the same random numbers, so in float32 both give
/// the same codes unless rounding moves a probability across a random number. It computes in the network's precision, on
/// the network's device. Memory is chiefly keys and values, 2·H·W·C numbers an image and layer of attention.
///
/// A batch that is not full has the full one's shapes: then the same kernels add in the same order, and an image does
/// not depend on how many others there are. On a GPU it is hardly slower, as most kernels are too small to fill one.
///
/// One call at a time: its memory serves one batch after the other.
package final class TensorSampler {
    private let network: PixelSNAIL
    private let weights: TensorWeights
    private let batchSize: Int
    private var latest: (plan: Plan, batch: TensorBatch)?

    /// What recorded operators depend on.
    private struct Plan: Equatable {
        /// How codes are drawn; `nil` where all are given.
        var settings: SamplingSettings?
        var keeps = false
    }

    /// Copies a network's weights, as they are now.
    ///
    /// - Parameters:
    ///   - network: The prior.
    ///   - batchSize: How many images go together, and memory is made for; at least 1.
    /// - Throws: `TorchError`.
    package init(_ network: PixelSNAIL, batchSize: Int = 64) throws {
        precondition(batchSize > 0, "batches of \(batchSize) images")
        self.network = network
        self.batchSize = batchSize
        weights = try withoutGradients { try TensorWeights(network) }
    }

    /// Samples codes, as ``IncrementalSampler/sample(_:settings:progress:shouldStop:)``.
    ///
    /// - Throws: ``SamplingError`` for a request or settings that do not fit, for logits that are not finite, and when
    ///   `shouldStop` says so; or `TorchError`.
    package func sample(
        _ request: SamplingRequest, settings: SamplingSettings = SamplingSettings(),
        progress: (@Sendable (SamplingProgress) -> Void)? = nil, shouldStop: (@Sendable () -> Bool)? = nil
    ) throws -> Tensor {
        let input = try SamplingInput(request, network)
        try settings.validate()
        let shape = network.settings
        let monitor = SamplingMonitor(
            total: input.count * shape.positions, progress: progress, shouldStop: shouldStop)
        let keeps = input.keptMask.contains(true)
        var codes = [Int32](repeating: 0, count: input.count * shape.positions)
        try forEachBatch(input, settings, keeps: keeps) { batch, images in
            try batch.start(
                network, input, images, given: keeps ? (input.keptCodes, input.keptMask) : nil,
                uniforms: uniforms(request, input, images))
            for row in 0..<shape.height {
                try batch.nextRow()
                try check(batch.memory, images, row: row)
                let found = try batch.memory.codes.array(of: Int32.self)
                for column in 0..<shape.width {
                    for (lane, image) in images.enumerated() {
                        codes[image * shape.positions + row * shape.width + column] =
                            found[column * batch.memory.count + lane]
                    }
                }
                if !monitor.advance(shape.width * images.count) { try monitor.check() }
            }
        }
        return try Tensor(codes, [input.count, shape.height, shape.width])
    }

    /// The logits of given codes, float32 [N, m, H, W], as ``IncrementalSampler/logits(codes:conditions:labels:)``.
    ///
    /// - Throws: ``SamplingError`` for what does not fit the network, or `TorchError`.
    package func logits(codes: Tensor, conditions: [Tensor] = [], labels: [Int]? = nil) throws -> Tensor {
        let shape = network.settings
        let input = try SamplingInput(codes.rank > 0 ? codes.size(0) : 0, conditions, labels, network)
        let numbers = try input.checked(codes, "the codes")
        let mask = [Bool](repeating: true, count: numbers.count)
        let logits = try Tensor.empty([input.count, shape.choices, shape.height, shape.width])
        try forEachBatch(input, nil, keeps: false) { batch, images in
            try batch.start(network, input, images, given: (numbers, mask), uniforms: nil)
            for row in 0..<shape.height {
                try batch.nextRow()
                try logits.narrowed(axis: 0, images).selected(axis: 2, row).copyInPlace(
                    from: batch.memory.logits.narrowed(axis: 1, 0..<images.count).permuted([1, 2, 0]))
            }
        }
        return logits
    }

    /// Runs `body` for each batch of images.
    private func forEachBatch(
        _ input: SamplingInput, _ settings: SamplingSettings?, keeps: Bool,
        _ body: (TensorBatch, Range<Int>) throws -> Void
    ) throws {
        let plan = Plan(settings: settings, keeps: keeps)
        try withoutGradients {
            try onStream {
                if latest?.plan != plan {
                    // Before the new one is made: there may be no room for both.
                    latest = nil
                    latest = (plan, try makeBatch(plan))
                }
                guard let batch = latest?.batch else { return }
                for start in stride(from: 0, to: input.count, by: batchSize) {
                    try body(batch, start..<min(start + batchSize, input.count))
                }
            }
        }
    }

    private func makeBatch(_ plan: Plan) throws -> TensorBatch {
        let source: TensorRow.Source =
            if let settings = plan.settings {
                .drawn(try TensorDrawing(settings, choices: network.settings.choices), keeps: plan.keeps)
            } else { .given }
        let memory = try TensorMemory(
            network.settings, count: batchSize, precision: network.precision, device: network.parameters.device)
        return try TensorBatch(
            TensorRow(settings: network.settings, weights: weights, memory: memory, source: source))
    }

    private func onStream(_ body: () throws -> Void) throws {
        if network.parameters.device.isCUDA { try CUDAStream.run(body) } else { try body() }
    }

    /// Each image's random numbers in the order of its positions, [images, H · W]; kept ones draw none.
    private func uniforms(_ request: SamplingRequest, _ input: SamplingInput, _ images: Range<Int>) -> [Double] {
        let positions = network.settings.positions
        var result: [Double] = []
        result.reserveCapacity(images.count * positions)
        for image in images {
            var generator = request.generator(image: image)
            for position in 0..<positions {
                let isKept = !input.keptMask.isEmpty && input.keptMask[image * positions + position]
                result.append(isKept ? 0 : generator.uniform())
            }
        }
        return result
    }

    /// - Throws: ``SamplingError/notFinite(image:row:column:)`` for the first position that could not be drawn.
    private func check(_ memory: TensorMemory, _ images: Range<Int>, row: Int) throws {
        let areFinite = try memory.areFinite.array(of: UInt8.self)
        guard let place = areFinite.firstIndex(of: 0) else { return }
        // Copies of the last image come after it.
        throw SamplingError.notFinite(
            image: images.lowerBound + place % memory.count, row: row, column: place / memory.count)
    }
}
