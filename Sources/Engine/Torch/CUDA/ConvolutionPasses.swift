/// The passes over memory between convolutions on a CUDA device, where LibTorch takes two to four for each of them.
///
/// Maps are [N, C, H, W], channels-last.
struct ConvolutionPasses {
    private static let modules = CUDAModuleCache<DataType>()
    private let functions: CUDAModule
    /// Elements that a thread moves at once.
    private let packWidth: Int

    private init(_ type: DataType) throws {
        functions = try Self.modules(type) {
            try CUDAModule(source: PackageResources.ConvolutionPasses_cu, name: "ConvolutionPasses.cu", element: type)
        }
        packWidth = 16 / type.size
    }

    /// The passes for maps like this one, or `nil` where LibTorch's operators have to do.
    static func passes(for map: Tensor) throws -> ConvolutionPasses? {
        guard map.device == .cuda, map.dataType == .float32 || map.dataType == .bfloat16, map.rank == 4,
            map.count > 0, map.isContiguous(.channelsLast), map.size(1) % (16 / map.dataType.size) == 0,
            map.size(1) <= 256 * (16 / map.dataType.size), map.count < 1 << 31
        else { return nil }
        return try ConvolutionPasses(map.dataType)
    }

    private func blocks(_ threads: Int) -> Int {
        min((threads + 255) / 256, 2 * max(Engine.deviceFacts.multiprocessors, 1))
    }

    /// value ← value + bias (+ other), then max(·, 0) where that is asked for, in place; `rectified` receives max(value, 0).
    func finish(_ value: Tensor, bias: Tensor, adding other: Tensor?, relu: Bool, rectified: Tensor?) throws {
        let packs = value.count / packWidth
        try functions.function("finish")(
            grid: (blocks(packs), 1), block: 256,
            [
                .tensor(value), .tensor(bias), .tensor(other), .tensor(rectified), .int32(relu ? 1 : 0), .int64(packs),
                .int32(value.size(1)),
            ])
    }

    /// Takes a gradient through y = max(x, 0), adds another one, and sums over all axes but the channels.
    ///
    /// - Parameters:
    ///   - gradient: That of y.
    ///   - result: Receives that of x (+ other); may be `gradient`. `nil` where the sum alone is wanted.
    ///   - value: y, or x; `nil` masks nothing.
    ///   - other: Another gradient of x.
    /// - Returns: float32 [lines, C], which add up to the sum of `other`, or of the masked gradient where there is none.
    func passGradient(
        _ gradient: Tensor, to result: Tensor?, _ value: Tensor?, adding other: Tensor?
    ) throws -> Tensor {
        let channels = gradient.size(1)
        let rows = gradient.count / channels
        let groups = 256 / (channels / packWidth)
        let blocks = max(min((rows + groups - 1) / groups, 2 * Engine.deviceFacts.multiprocessors), 1)
        let partials = try Tensor.empty([blocks, channels], device: gradient.device)
        try functions.function("passGradient")(
            grid: (blocks, 1), block: 256,
            [
                .tensor(gradient), .tensor(result), .tensor(value), .tensor(other), .tensor(partials), .int32(rows),
                .int32(channels),
            ])
        return partials
    }

    /// A map times a number on the device.
    func scale(_ map: Tensor, by factor: Tensor) throws -> Tensor {
        let result = try Tensor.empty(map.shape, map.dataType, device: map.device, format: .channelsLast)
        let packs = map.count / packWidth
        try functions.function("scale")(
            grid: (2 * blocks(packs), 1), block: 256,
            [.tensor(map), .tensor(result), .tensor(factor), .int64(packs)])
        return result
    }

    /// The passes for maps like this one as a row of numbers, whatever its channels.
    static func rowPasses(for map: Tensor) throws -> ConvolutionPasses? {
        guard map.device == .cuda, map.dataType == .float32 || map.dataType == .bfloat16, map.rank == 4,
            map.count > 0, map.isContiguous(.channelsLast), map.count % (16 / map.dataType.size) == 0
        else { return nil }
        return try ConvolutionPasses(map.dataType)
    }
}

extension Tensor {
    /// This tensor times a number on its device, float32 without axes.
    ///
    /// - Throws: ``TorchError``.
    package func scaled(by factor: Tensor) throws -> Tensor {
        guard factor.dataType == .float32, factor.count == 1, let passes = try ConvolutionPasses.rowPasses(for: self)
        else { return try self * factor }
        return try passes.scale(self, by: factor)
    }
}
