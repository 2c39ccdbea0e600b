import Torch

extension ResidualQuantizer {
    /// Whether the device's kernels take these vectors.
    func suitsDevice(_ vectors: Tensor) -> Bool {
        vectors.device == .cuda && (vectors.dataType == .float32 || vectors.dataType == .bfloat16)
    }

    /// The search on a CUDA device.
    func deviceAssign(_ vectors: Tensor, sums wanted: CodewordSums) throws -> (Assignment, DeviceSums?) {
        let vectors = try vectors.detached().contiguous()
        let count = vectors.size(0)
        let device = vectors.device
        let indices = try Tensor.empty([settings.layers, count], .int32, device: device)
        var assignment = Assignment(indices: indices)
        var outputs = DeviceSearch.Outputs(indices: indices)
        switch wanted {
        case .none: break
        case .total:
            assignment.total = try Tensor.empty([count, settings.dimension], vectors.dataType, device: device)
            outputs.total = assignment.total
        case .partial:
            assignment.sums = try Tensor.empty([settings.layers, count, settings.dimension], device: device)
            outputs.partialSums = assignment.sums
            outputs.sums = try DeviceSums(settings, device: device)
        }
        try DeviceSearch(settings, element: vectors.dataType)(
            vectors, codebooks: codebooks.map { try $0.tensor.detached().contiguous() }, outputs)
        assignment.total = try assignment.total?.to(.float32)
        return (assignment, outputs.sums)
    }

    /// The forward pass of training on a CUDA device where codewords are moving averages: one kernel searches, sums
    /// errors and vectors up, and leaves the commitment's gradient, so that no partial sum is written.
    func deviceForward(_ latents: Tensor) throws -> Output {
        let shape = latents.shape
        let vectors = try withoutGradients {
            try latents.detached().latentRows()
        }
        let count = vectors.size(0)
        let device = vectors.device
        let indices = try Tensor.empty([settings.layers, count], .int32, device: device)
        let total = try Tensor.empty([count, settings.dimension], vectors.dataType, device: device)
        let commitment = try Tensor.empty([count, settings.dimension], vectors.dataType, device: device)
        let sums = try DeviceSums(settings, device: device)
        try DeviceSearch(settings, element: vectors.dataType)(
            vectors, codebooks: codebooks.map { try $0.tensor.detached().contiguous() },
            .init(indices: indices, total: total, commitment: commitment, sums: sums))
        let terms = try (0..<settings.layers).map { try sums.errors.selected(axis: 0, $0) }
        var loss = QuantizerLoss(codebookSum: nil, commitmentSum: nil, codebook: terms, commitment: terms)
        if settings.structure == .hierarchical {
            loss.codebookSum = terms[settings.layers - 1]
            loss.commitmentSum = terms[settings.layers - 1]
        }
        let gradient = try commitment.grid(shape)
        loss.weighted = .init(value: try sums.weighted.withGradient(of: [latents]) { [try gradient.scaled(by: $0)] })
        let quantized = try total.grid(shape).withGradient(of: [latents]) { [$0] }
        return Output(
            quantizer: self, quantized: quantized, shortened: quantized, loss: loss,
            assignment: Assignment(indices: indices),
            vectors: vectors, deviceSums: sums)
    }

    /// Takes a step's vectors in on a CUDA device, without waiting for it; unused codewords are not looked after (see
    /// ``revive(_:using:)``).
    ///
    /// - Parameter output: What the quantizer gave in this step.
    /// - Throws: `TorchError`.
    package func updateOnDevice(_ output: Output) throws {
        guard let sums = output.deviceSums else {
            throw TorchError.unexpectedResult(
                operation: "updating codebooks on a device", text: "the output was not made on one")
        }
        try withoutGradients {
            try deviceUpdate()(sums, statistics, codebooks: codebooks.map { try $0.tensor.detached() })
        }
    }

    /// How many vectors each codeword of each layer got since this was last asked, where a CUDA device counts them.
    /// Waits for it.
    ///
    /// - Throws: `TorchError`.
    package func takeDeviceUsage() throws -> [[Int64]] { try deviceUpdate().takeUsage() }

    /// How many codewords have gone unused for ``QuantizerSettings/reviveAfter`` steps, after the last update on a CUDA
    /// device; int32 [1].
    ///
    /// - Throws: `TorchError`.
    func deadOnDevice() throws -> Tensor { try deviceUpdate().dead }
}
