import Torch

/// The search on a CUDA device: one kernel for all layers, and what a training step wants of them beside the codes.
///
/// A thread takes a vector through all layers, so nothing is written between them. Ties go to the lower index, as on the
/// processor; distances are compared by products there and by differences here, so that codewords that are equally near
/// up to rounding may be chosen differently.
struct DeviceSearch {
    /// Codewords up to this size lie in shared memory.
    private static let residentBytes = min(Engine.deviceFacts.sharedMemory, 96 << 10)
    private static let threads = 256

    private let settings: QuantizerSettings
    private let module: CUDAModule
    private let sharedMemory: Int

    /// - Parameter element: The vectors' type, float32 or bfloat16.
    init(_ settings: QuantizerSettings, element: DataType) throws {
        self.settings = settings
        let bytes = settings.codewords.reduce(0, +) * (settings.dimension | 1) * MemoryLayout<Float>.size
        let isResident = bytes <= Self.residentBytes
        sharedMemory = isResident ? bytes : 0
        module = try QuantizerModule.module(
            PackageResources.CodewordSearch_cu, name: "CodewordSearch.cu", settings, element: element,
            further: isResident ? [("RESIDENT", "1")] : [])
    }

    /// What a search writes; all of it may be left out.
    struct Outputs {
        /// int32 [n, V].
        var indices: Tensor?
        /// float32 [n, V, D].
        var partialSums: Tensor?
        /// e¹ + … + eⁿ, [V, D] in the vectors' type.
        var total: Tensor?
        /// β·(ξ¹ + … + ξⁿ) + β₀·ξⁿ, times 2/(V·D): the commitment terms' gradient, [V, D] in the vectors' type.
        var commitment: Tensor?
        /// What is added up over the vectors.
        var sums: DeviceSums?
    }

    func callAsFunction(_ vectors: Tensor, codebooks: [Tensor], _ outputs: Outputs) throws {
        let count = vectors.size(0)
        guard count > 0 else { return }
        // Of the mean over all numbers, and a square's derivative.
        let share = 2 / Double(count * settings.dimension)
        let betaSum = settings.structure == .hierarchical ? settings.betaSum : 0
        let blocks = min((count + Self.threads - 1) / Self.threads, 4 * max(Engine.deviceFacts.multiprocessors, 1))
        try module.function("search", sharedMemory: sharedMemory)(
            grid: (blocks, 1), block: Self.threads,
            [
                .tensor(vectors), .tensors(codebooks), .tensor(outputs.indices), .tensor(outputs.partialSums),
                .tensor(outputs.total), .tensor(outputs.commitment), .float(share * settings.beta),
                .float(share * betaSum), .float(share / 2), .tensor(outputs.sums?.errors),
                .tensor(outputs.sums?.counts),
                .tensor(outputs.sums?.sums), .int64(count),
            ])
    }
}
