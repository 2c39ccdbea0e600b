import Processors
import Torch

/// Samples a prior position by position, computing at each only what is new.
///
/// A pass of the whole network for each of P positions costs P² positions; here a position's convolutions look into
/// rows that are kept, and its attention into kept features, so P positions cost about one pass. Eight images go
/// side by side in the lanes of a vector, a thread takes eight at a time, and threads never wait for each other: counts
/// that are a multiple of eight times the threads are the fastest. An image's codes depend on seed, stream and its
/// number alone, not on the other images or on the threads.
///
/// It computes on the processor in float32, whatever the network's precision and device; ``TensorSampler`` is the way on
/// a GPU. What earlier layers and labels say comes from ``PixelSNAIL/conditioning(_:dropout:)`` once an image. Memory is
/// the weights once, and for each thread chiefly what keys and values are made of, 32·H·W·(C + min(m, C)) bytes an
/// attention layer, and 32·H·W·C for what conditions.
///
/// Source: Fast PixelCNN++ (Ramachandran et al. 2017) keeps activations alike.
package final class IncrementalSampler {
    private let network: PixelSNAIL
    private let weights: PackedWeights
    private let kernel: KernelVariant

    /// Packs a network's weights, as they are now.
    ///
    /// - Parameter network: The prior.
    /// - Throws: `TorchError`.
    package convenience init(_ network: PixelSNAIL) throws { try self.init(network, kernel: .best) }

    /// As ``init(_:)``, with a variant of the kernel.
    ///
    /// - Throws: ``SamplingError/unsupportedKernel(name:)``, or `TorchError`.
    package init(_ network: PixelSNAIL, kernel: KernelVariant) throws {
        guard kernel.isSupported else { throw SamplingError.unsupportedKernel(name: kernel.rawValue) }
        self.network = network
        self.kernel = kernel
        weights = try PackedWeights(network)
    }

    /// Samples codes.
    ///
    /// - Parameters:
    ///   - request: What is to be sampled.
    ///   - settings: How a code is drawn.
    ///   - progress: Told after each row of a group of images, from any thread, one call at a time.
    ///   - shouldStop: Asked at the same times.
    /// - Returns: int32 [N, H, W], each in 0 ..< m.
    /// - Throws: ``SamplingError`` for a request or settings that do not fit, for logits that are not finite, and when
    ///   `shouldStop` says so; or `TorchError`.
    package func sample(
        _ request: SamplingRequest, settings: SamplingSettings = SamplingSettings(),
        progress: (@Sendable (SamplingProgress) -> Void)? = nil, shouldStop: (@Sendable () -> Bool)? = nil
    ) throws -> Tensor {
        let input = try SamplingInput(request, network)
        let drawing = try CodeDrawing(settings, choices: network.settings.choices)
        let shape = network.settings
        let monitor = SamplingMonitor(
            total: input.count * shape.positions, progress: progress, shouldStop: shouldStop)
        let codes = try Tensor.empty([input.count, shape.height, shape.width], .int32)
        try codes.withMemory(of: Int32.self) { memory in
            guard let target = memory.baseAddress else { return }
            let context = Shared((request: request, input: input, target: target))
            try forEachGroup(input, monitor) { run, images in
                run.sample(
                    images, context.value.request, context.value.input, drawing, to: context.value.target)
            }
        }
        try monitor.check()
        return codes
    }

    /// The logits of given codes, each position seeing those before it: the same numbers as `PixelSNAIL.logits`, up to
    /// rounding.
    ///
    /// - Parameters:
    ///   - codes: Integers [N, H, W], each in 0 ..< m.
    ///   - conditions: As in ``SamplingRequest/conditions``.
    ///   - labels: As in ``SamplingRequest/labels``.
    /// - Returns: float32 [N, m, H, W].
    /// - Throws: ``SamplingError`` for what does not fit the network, or `TorchError`.
    package func logits(codes: Tensor, conditions: [Tensor] = [], labels: [Int]? = nil) throws -> Tensor {
        let shape = network.settings
        let input = try SamplingInput(codes.rank > 0 ? codes.size(0) : 0, conditions, labels, network)
        let numbers = try input.checked(codes, "the codes")
        let monitor = SamplingMonitor(total: input.count * shape.positions)
        let logits = try Tensor.empty([input.count, shape.choices, shape.height, shape.width])
        try logits.withMemory(of: Float.self) { memory in
            try numbers.withUnsafeBufferPointer { numbers in
                guard let target = memory.baseAddress, let codes = numbers.baseAddress else { return }
                let context = Shared((codes: codes, target: target))
                try forEachGroup(input, monitor) { run, images in
                    run.evaluate(images, codes: context.value.codes, to: context.value.target)
                }
            }
        }
        return logits
    }

    /// Runs `body` for groups of eight images on the engine's threads, as many groups at a time as there are threads.
    private func forEachGroup(
        _ input: SamplingInput, _ monitor: SamplingMonitor, _ body: @Sendable (GroupRun, Range<Int>) -> Void
    ) throws {
        let starts = Array(stride(from: 0, to: input.count, by: GroupRun.lanes))
        let width = max(1, min(Engine.threadCount, starts.count))
        let workers = (0..<width).map { _ in kernel.makeSamplingWorker(network.settings, weights: weights.start) }
        precondition(workers[0].weightCount == weights.count, "the kernel reads weights in another order")
        for first in stride(from: 0, to: starts.count, by: width) {
            try monitor.check()
            let wave = starts[first..<min(first + width, starts.count)]
            let told = try wave.map { try conditions(input, $0..<$0 + GroupRun.lanes) }
            var runs: [(run: GroupRun, images: Range<Int>)] = []
            for (index, start) in wave.enumerated() {
                let run = GroupRun(
                    worker: workers[index], settings: network.settings,
                    conditions: try told[index]?.withMemory(of: Float.self) { UnsafePointer($0.baseAddress) },
                    conditionsAreConstant: network.settings.conditions.isEmpty, monitor: monitor)
                runs.append((run, start..<min(start + GroupRun.lanes, input.count)))
            }
            // The runs point into the conditions' memory and into the packed weights.
            try withExtendedLifetime((told, weights)) {
                try Engine.parallel(runs.count, grain: 1) { [runs] range in
                    for index in range { body(runs[index].run, runs[index].images) }
                }
            }
        }
    }

    /// What the blocks are told about eight images, [rows, W, C, 8] on the processor; one row where a label alone does.
    private func conditions(_ input: SamplingInput, _ images: Range<Int>) throws -> Tensor? {
        try withoutGradients {
            let codes = try Tensor.zeros([0], .int64)
            guard let features = try network.conditioning(input.input(images, codes: codes)) else { return nil }
            var lanes = try features.detached().to(.cpu).to(.float32).permuted([1, 2, 3, 0])
            if lanes.size(1) < network.settings.width {
                lanes = try Tensor.concatenate(
                    Array(repeating: lanes, count: network.settings.width), axis: 1)
            }
            return try lanes.contiguous()
        }
    }
}

/// Lets threads see a value that none of them changes.
private struct Shared<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
