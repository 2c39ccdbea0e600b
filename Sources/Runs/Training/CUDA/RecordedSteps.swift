import Autoencoders
import Datasets
import Quantization
import Torch

/// Training steps on a CUDA device as one recorded graph that is replayed.
///
/// A step is some hundred small kernels, and to start each costs the processor as long as it runs. So the first steps run
/// as they are, in which operators choose their algorithms; then one is recorded, and all further ones are replays.
/// Between two looks at the device nothing waits for it: losses, norms and usage add up there.
package final class RecordedSteps {
    /// Steps that run as they are before one is recorded.
    private static let warmUpSteps = 3
    private static let modules = CUDAModuleCache<Int>()

    private let model: any Autoencoder
    private let objective: any Objective
    private let optimizer: Adam
    private let averaging: WeightAveraging
    private let gradientClip: Double
    private let batches: DeviceBatches
    /// The objective, its terms, and the gradients' norm where they are clipped, added up; float32.
    private var totals: Tensor?
    private var names: [String] = []
    private let quantizers: [ResidualQuantizer]
    private var outputs: [ResidualQuantizer.Output] = []
    private var graph: CUDAGraph?
    private var done = 0
    private var revived: [Int] = []
    private var stepsSinceCollection = 0

    /// Steps of a model with its objective, optimiser and averages, on one CUDA device.
    ///
    /// - Parameters:
    ///   - gradientClip: The largest norm of all gradients; 0 does not look at it.
    ///   - batches: Where images and learning rates come from.
    /// - Throws: `TorchError`.
    package init(
        _ model: any Autoencoder, _ objective: any Objective, _ optimizer: Adam, _ averaging: WeightAveraging,
        gradientClip: Double,
        batches: DeviceBatches
    ) throws {
        guard let quantizers = Self.quantizers(model) else {
            preconditionFailure("steps of a model whose quantizers do not update on the device")
        }
        self.model = model
        self.quantizers = quantizers
        self.objective = objective
        self.optimizer = optimizer
        self.averaging = averaging
        self.gradientClip = gradientClip
        self.batches = batches
        if model.precision == .bfloat16 { try model.parameters.keepCopies() }
    }

    /// Whether steps of a model can be recorded: its quantizers update on the device, without waiting for it.
    static func suits(_ model: any Autoencoder) -> Bool { quantizers(model) != nil }

    private static func quantizers(_ model: any Autoencoder) -> [ResidualQuantizer]? {
        let quantizers = model.quantizers.compactMap { $0 as? ResidualQuantizer }
        return quantizers.count == model.quantizers.count ? quantizers : nil
    }

    /// Whether batches come from a loader.
    var needsLoader: Bool { !batches.isResident }

    /// Runs steps; does not wait for the device.
    ///
    /// - Parameters:
    ///   - steps: Their numbers, from the steps done before on.
    ///   - next: Gives the next batch, where a loader is needed.
    /// - Throws: `TorchError`, and what `next` throws.
    package func run(_ steps: Range<Int>, next: () throws -> ImageBatch) throws {
        for step in steps {
            try batches.prepare(step, next: next)
            if let graph {
                try graph.replay()
            } else if done < Self.warmUpSteps {
                try self.step()
            } else {
                let recorded = try CUDAGraph.record { try self.step() }
                graph = recorded
                try recorded.replay()
            }
            done += 1
            stepsSinceCollection += 1
        }
    }

    private func step() throws {
        let images = try batches.images()
        let output = try model.forward(images)
        let value = try objective(output, images: images)
        try value.total.backward()
        var values = try [value.total.detached()] + value.terms.map { try $0.value.detached() }
        var scale: Tensor?
        if gradientClip > 0 {
            let clipping = try GradientClipping.onDevice(model.parameters, maximum: gradientClip)
            scale = clipping.scale
            values.append(clipping.norm)
        }
        try optimizer.deviceStep(rates: batches.rates, place: batches.place, scale: scale, averaging: averaging)
        try model.parameters.clearGradients()
        outputs = output.quantizers.compactMap { $0 as? ResidualQuantizer.Output }
        for (quantizer, output) in zip(quantizers, outputs) { try quantizer.updateOnDevice(output) }
        try accumulate(values)
        names = value.terms.map(\.name)
    }

    /// Adds numbers up on the device, and counts the step.
    private func accumulate(_ values: [Tensor]) throws {
        let totals = try self.totals ?? Tensor.zeros([values.count], device: batches.place.device)
        self.totals = totals
        let module = try Self.modules(values.count) {
            try CUDAModule(
                source: PackageResources.Accumulate_cu, name: "Accumulate.cu", element: .float32,
                definitions: [("NUMBERS", "\(values.count)")])
        }
        try module.function("accumulate")(
            grid: (1, 1), block: (values.count + 31) / 32 * 32,
            [.tensors(values), .tensor(totals), .tensor(batches.place)])
    }

    /// Revives codewords that went unused for long. Waits for the device.
    ///
    /// - Parameter generator: Where random choices come from.
    /// - Throws: `TorchError`.
    package func revive(using generator: inout SeededGenerator) throws {
        var counts: [Int] = []
        for (quantizer, output) in zip(quantizers, outputs) {
            let update = try quantizer.revive(output, using: &generator)
            for (parameter, rows) in update.moved where parameter.isTrainable {
                try optimizer.forget(parameter, rows: rows)
                try averaging.restart(parameter, rows: rows)
            }
            counts += update.revived
        }
        revived = revived.isEmpty ? counts : zip(revived, counts).map(+)
    }

    /// What happened since this was last asked. Waits for the device.
    ///
    /// - Throws: `TorchError`.
    func collect() throws -> StepTotals? {
        guard stepsSinceCollection > 0, let totals else { return nil }
        let values = try totals.array(of: Float.self).map(Double.init)
        try totals.fillInPlace(0)
        defer {
            stepsSinceCollection = 0
            revived = []
        }
        return StepTotals(
            steps: stepsSinceCollection, loss: values[0],
            terms: zip(names, values.dropFirst()).map { ($0, $1) },
            gradientNorm: gradientClip > 0 ? values[values.count - 1] / Double(stepsSinceCollection) : nil,
            usage: try quantizers.flatMap { try $0.takeDeviceUsage().map { $0.map(Int.init) } },
            revived: revived)
    }
}
