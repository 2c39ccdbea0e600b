import Torch

/// The moving averages of codebooks on a CUDA device, without waiting for it; see `CodebookUpdate.cu`.
final class DeviceUpdate {
    private static let threads = 256

    /// How many vectors each codeword got since this was last cleared, layer after layer, int64.
    let usage: Tensor
    /// How many codewords went unused for long, after the last update; int32 [1].
    let dead: Tensor
    private let means: Tensor
    private let settings: QuantizerSettings
    private let module: CUDAModule

    init(_ settings: QuantizerSettings, device: Device) throws {
        self.settings = settings
        let codewords = settings.codewords.reduce(0, +)
        usage = try Tensor.zeros([codewords], .int64, device: device)
        dead = try Tensor.zeros([1], .int32, device: device)
        means = try Tensor.empty([codewords, settings.dimension], device: device)
        module = try QuantizerModule.module(
            PackageResources.CodebookUpdate_cu, name: "CodebookUpdate.cu", settings, element: .float32)
    }

    /// Takes one step's sums in and moves the codewords; only counts where codewords are learnt by gradient.
    func callAsFunction(_ sums: DeviceSums, _ statistics: CodebookStatistics, codebooks: [Tensor]) throws {
        let moves = settings.learning == .movingAverage
        let layers = CUDAFunction.Argument.tensors(
            codebooks + statistics.counts + statistics.sums + statistics.unused)
        let widest = (settings.codewords.max() ?? 0) * settings.dimension
        let grid = ((widest + Self.threads - 1) / Self.threads, settings.layers)
        if moves {
            try module.function("average")(
                grid: grid, block: Self.threads,
                [
                    layers, .tensor(sums.counts), .tensor(sums.sums), .tensor(means), .tensor(dead),
                    .float(settings.decay), .float(CodebookStatistics.leastCount),
                ])
        } else {
            try dead.fillInPlace(0)
        }
        try module.function("publish")(
            grid: grid, block: Self.threads,
            [
                layers, .tensor(sums.counts), .tensor(moves ? means : nil), .tensor(usage), .tensor(dead),
                .float(settings.decay), .int32(settings.reviveAfter),
            ])
    }

    /// The usage of each layer, which is then counted anew. Waits for the device.
    func takeUsage() throws -> [[Int64]] {
        let all = try usage.array(of: Int64.self)
        try usage.fillInPlace(0)
        var start = 0
        return settings.codewords.map { codewords in
            defer { start += codewords }
            return Array(all[start..<start + codewords])
        }
    }
}
