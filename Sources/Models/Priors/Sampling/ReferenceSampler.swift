import Datasets
import Torch

/// Samples a prior in the plain way: the whole network for each position.
///
/// Quadratic in the number of positions: the reference in tests. It takes the same requests as ``IncrementalSampler`` and
/// draws the same random numbers, so both give the same codes unless rounding moves a probability across a random
/// number.
package final class ReferenceSampler {
    private let network: PixelSNAIL
    private let batchSize: Int

    /// Makes a sampler.
    ///
    /// - Parameters:
    ///   - network: The prior.
    ///   - batchSize: How many images go through the network together; at least 1.
    package init(_ network: PixelSNAIL, batchSize: Int = 64) {
        precondition(batchSize > 0, "batches of \(batchSize) images")
        self.network = network
        self.batchSize = batchSize
    }

    /// Samples codes, as ``IncrementalSampler/sample(_:settings:progress:shouldStop:)``.
    ///
    /// - Throws: ``SamplingError``, or `TorchError`.
    package func sample(
        _ request: SamplingRequest, settings: SamplingSettings = SamplingSettings(),
        progress: (@Sendable (SamplingProgress) -> Void)? = nil, shouldStop: (@Sendable () -> Bool)? = nil
    ) throws -> Tensor {
        let input = try SamplingInput(request, network)
        let shape = network.settings
        var drawing = try CodeDrawing(settings, choices: shape.choices)
        let monitor = SamplingMonitor(
            total: input.count * shape.positions, progress: progress, shouldStop: shouldStop)
        var result: [Int32] = []
        for start in stride(from: 0, to: input.count, by: batchSize) {
            let images = start..<min(start + batchSize, input.count)
            result += try sample(images, request, input, &drawing, monitor)
        }
        return try Tensor(result, [input.count, shape.height, shape.width])
    }

    /// The logits of given codes, float32 [N, m, H, W], as ``IncrementalSampler/logits(codes:conditions:labels:)``.
    ///
    /// - Throws: ``SamplingError``, or `TorchError`.
    package func logits(codes: Tensor, conditions: [Tensor] = [], labels: [Int]? = nil) throws -> Tensor {
        let input = try SamplingInput(codes.rank > 0 ? codes.size(0) : 0, conditions, labels, network)
        let numbers = try input.checked(codes, "the codes")
        return try logits(input, 0..<input.count, numbers)
    }

    private func logits(_ input: SamplingInput, _ images: Range<Int>, _ codes: [Int32]) throws -> Tensor {
        let shape = [images.count, network.settings.height, network.settings.width]
        let codes = try Tensor(codes, shape).to(network.parameters.device).to(.int64)
        return try withoutGradients { try network.logits(input.input(images, codes: codes)) }
    }

    private func sample(
        _ images: Range<Int>, _ request: SamplingRequest, _ input: SamplingInput, _ drawing: inout CodeDrawing,
        _ monitor: SamplingMonitor
    ) throws -> [Int32] {
        let (width, positions) = (network.settings.width, network.settings.positions)
        let choices = network.settings.choices
        var generators = images.map { request.generator(image: $0) }
        var codes = [Int32](repeating: 0, count: images.count * positions)
        for position in 0..<positions {
            let row = position / width
            let column = position % width
            let logits = try logits(input, images, codes).selected(axis: 3, column).selected(axis: 2, row)
                .array(of: Float.self)
            for (slot, image) in images.enumerated() {
                let place = image * positions + position
                if !input.keptMask.isEmpty && input.keptMask[place] {
                    codes[slot * positions + position] = input.keptCodes[place]
                    continue
                }
                let uniform = generators[slot].uniform()
                let code = logits.withUnsafeBufferPointer { logits in
                    logits.baseAddress.flatMap { drawing.draw($0 + slot * choices, uniform: uniform) }
                }
                guard let code else { throw SamplingError.notFinite(image: image, row: row, column: column) }
                codes[slot * positions + position] = Int32(truncatingIfNeeded: code)
            }
            if !monitor.advance(images.count) { try monitor.check() }
        }
        return codes
    }
}
