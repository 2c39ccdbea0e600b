/// The gradient of the weight of a convolution on tensor cores; see `WeightGradient.cu`.
///
/// It takes about half of cuDNN's time for the maps of these models (H100, 64 channels on grids of 16×16), chiefly since
/// the many partial sums that such a product is split into are added up by the optimiser's kernel.
struct WeightGradientKernel {
    private struct Key: Hashable, Sendable {
        var filter: Int
        var outputs: Int
        var inputs: Int
        var width: Int
        var rows: Int
    }

    private static let modules = CUDAModuleCache<Key>()
    /// Positions of a grid that lie in shared memory at a time, at most.
    private static let tilePositions = 256
    private static let mostSharedMemory = min(Engine.deviceFacts.sharedMemory, 200 << 10)
    /// Of bfloat16 on tensor cores and of copies that go on by themselves.
    private static let leastCapability = 80
    /// Sums that a thread keeps; more would not fit in its registers.
    private static let mostSums = 96

    private let key: Key
    private let warps: (outputs: Int, inputs: Int, positions: Int)
    private let sharedMemory: Int

    /// The kernel for a gradient [N, out, h, w] and an input [N, in, h, w], both bfloat16 and channels-last, or `nil` where
    /// the engine has to do.
    init?(gradient: Tensor, input: Tensor, filter: Int) {
        let (height, width) = (gradient.size(2), gradient.size(3))
        let (outputs, inputs) = (gradient.size(1), input.size(1))
        guard gradient.device == .cuda, Engine.deviceFacts.capability >= Self.leastCapability,
            gradient.dataType == .bfloat16, input.dataType == .bfloat16,
            gradient.device == input.device, filter == 1 || filter == 3, width % 16 == 0, outputs % 16 == 0,
            inputs % 16 == 0, gradient.count > 0, input.size(0) == gradient.size(0), input.size(2) == height,
            input.size(3) == width, gradient.isContiguous(.channelsLast), input.isContiguous(.channelsLast),
            width <= Self.tilePositions,
            let rows = (1...Self.tilePositions / width).last(where: {
                height % $0 == 0
                    && Self.bytes(rows: $0, width, outputs, inputs, filter) <= Self.mostSharedMemory
            })
        else { return nil }
        let inputWarps = [4, 2, 1].first { inputs / 16 % $0 == 0 } ?? 1
        let outputWarps = outputs / 16 % 2 == 0 ? 2 : 1
        warps = (outputWarps, inputWarps, 8 / (outputWarps * inputWarps))
        key = Key(filter: filter, outputs: outputs, inputs: inputs, width: width, rows: rows)
        sharedMemory = Self.bytes(rows: rows, width, outputs, inputs, filter)
        let sums = filter * (outputs / outputWarps / 16) * (inputs / inputWarps / 8) * 4
        guard sums <= Self.mostSums else { return nil }
    }

    /// Of two tiles.
    private static func bytes(rows: Int, _ width: Int, _ outputs: Int, _ inputs: Int, _ filter: Int) -> Int {
        2 * rows * (width * (outputs + 8) + (width + filter - 1) * (inputs + 8)) * DataType.bfloat16.size
    }

    /// - Returns: float32 [lines, out, in, filter, filter], the inputs varying fastest, which add up to the gradient.
    func callAsFunction(_ gradient: Tensor, input: Tensor) throws -> Tensor {
        let module = try Self.modules(key) {
            try CUDAModule(
                source: PackageResources.WeightGradient_cu, name: "WeightGradient.cu", element: .bfloat16,
                definitions: [
                    ("FILTER", "\(key.filter)"), ("OUTPUTS", "\(key.outputs)"), ("INPUTS", "\(key.inputs)"),
                    ("WIDTH", "\(key.width)"), ("ROWS", "\(key.rows)"), ("WARPS_M", "\(warps.outputs)"),
                    ("WARPS_N", "\(warps.inputs)"), ("WARPS_K", "\(warps.positions)"),
                ])
        }
        let height = gradient.size(2)
        let tiles = gradient.size(0) * height / key.rows
        let blocks = max(min(tiles, Engine.deviceFacts.multiprocessors / key.filter), 1)
        let lines = try Tensor.empty(
            [blocks * warps.positions, key.outputs, key.filter, key.filter, key.inputs], device: gradient.device)
        try module.function("weightGradient", sharedMemory: sharedMemory)(
            grid: (blocks, key.filter), block: 256,
            [.tensor(gradient), .tensor(input), .tensor(lines), .int32(tiles), .int32(height)])
        return try lines.permuted([0, 1, 4, 2, 3])
    }
}
