/// Adam in one kernel for all parameters; see `AdamStep.cu`.
///
/// Beside the weights it brings their moving averages and bfloat16 copies up to date, which are passes of their own
/// otherwise, and it takes gradients in bfloat16 as they come from convolutions.
struct AdamKernel {
    private static let modules = CUDAModuleCache<Int>()
    /// Parameters that one launch takes: a kernel's arguments are 4 KiB at most with some drivers.
    private static let limit = 48
    private static let threads = 256
    private static let mostBlocks = 256

    /// A learning rate, float32 [1].
    let rate: Tensor

    /// - Returns: `nil` where parameters are not on a CUDA device, or not as they need to be.
    init?(_ parameters: [Parameter]) throws {
        guard !parameters.isEmpty,
            parameters.allSatisfy({
                $0.tensor.device == .cuda && $0.tensor.dataType == .float32 && $0.tensor.count < 1 << 31
                    && ($0.tensor.isContiguous() || $0.tensor.isContiguous(.channelsLast))
            })
        else { return nil }
        rate = try Tensor.zeros([1], device: parameters[0].tensor.device)
    }

    func callAsFunction(
        _ adam: Adam, _ gradients: [Tensor], rates: Tensor, place: Tensor?, scale: Tensor?,
        averaging: WeightAveraging?
    ) throws {
        let all = try zip(adam.parameters, gradients).map { try $1.laid(as: $0.tensor) }
        for start in stride(from: 0, to: all.count, by: Self.limit) {
            let part = start..<min(start + Self.limit, all.count)
            var table: [UInt8] = []
            var largest = 0
            for index in part {
                let parameter = adam.parameters[index]
                let pointers = [
                    parameter.tensor, adam.firstMoments[index], adam.secondMoments[index], averaging?.averages[index],
                    all[index], parameter.copy, adam.steps[index],
                ]
                for tensor in pointers { table += CUDAFunction.Argument.bytes(of: tensor?.address ?? 0) }
                table += CUDAFunction.Argument.bytes(of: Int32(parameter.tensor.count))
                table += CUDAFunction.Argument.bytes(of: Int32(all[index].dataType == .bfloat16 ? 1 : 0))
                table += CUDAFunction.Argument.bytes(of: Int32(all[index].lines(of: parameter.tensor)))
                // The structure ends where a pointer may follow.
                table += CUDAFunction.Argument.bytes(of: Int32(0))
                largest = max(largest, parameter.tensor.count)
            }
            let module = try Self.modules(part.count) {
                try CUDAModule(
                    source: PackageResources.AdamStep_cu, name: "AdamStep.cu", element: .float32,
                    definitions: [("PARAMETERS", "\(part.count)")])
            }
            let blocks = min((largest + Self.threads - 1) / Self.threads, Self.mostBlocks)
            let settings = adam.settings
            // The table holds addresses alone.
            try withExtendedLifetime(all) {
                try module.function("adam")(
                    grid: (max(blocks, 1), part.count), block: Self.threads,
                    [
                        .bytes(table), .tensor(rates), .tensor(place), .tensor(scale), .float(settings.beta1),
                        .float(settings.beta2), .float(settings.epsilon), .float(settings.weightDecay),
                        .float(averaging?.decay ?? 0), .float(averaging?.warmUp ?? 0),
                    ])
            }
        }
    }
}

extension Tensor {
    /// How many lines add up to the gradient of a parameter: more than one where this has an axis more than it.
    fileprivate func lines(of parameter: Tensor) -> Int { rank == parameter.rank + 1 ? size(0) : 1 }

    /// A gradient in float32 or bfloat16, in memory as a parameter lies.
    fileprivate func laid(as parameter: Tensor) throws -> Tensor {
        if rank > parameter.rank {
            // Each line has to lie as the parameter does.
            guard parameter.isContiguous(.channelsLast) else { return try contiguous() }
            return try permuted([0, 1, 3, 4, 2]).contiguous().permuted([0, 1, 4, 2, 3])
        }
        let gradient = dataType == .float32 || dataType == .bfloat16 ? self : try to(.float32)
        return parameter.isContiguous(.channelsLast)
            ? try gradient.contiguous(.channelsLast) : try gradient.contiguous()
    }
}
