import Foundation

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
        guard map.device.kind == .cuda, map.dataType == .float32 || map.dataType == .bfloat16, map.rank == 4,
            map.count > 0, map.isContiguous(.channelsLast), map.size(1) % (16 / map.dataType.size) == 0,
            map.size(1) <= 256 * (16 / map.dataType.size), map.count < 1 << 31
        else { return nil }
        return try ConvolutionPasses(map.dataType)
    }

    /// The kernels for images with few channels, whose convolutions of filter 4, stride 2 and padding 1 are products of
    /// matrices here.
    static func patches(for image: Tensor) throws -> ConvolutionPasses? {
        guard image.device.kind == .cuda, image.dataType == .float32 || image.dataType == .bfloat16, image.count > 0,
            image.count < 1 << 27
        else { return nil }
        return try ConvolutionPasses(image.dataType)
    }

    private func blocks(_ threads: Int) -> Int { min((threads + 255) / 256, 2 * max(Engine.multiprocessorCount, 1)) }

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
    /// - Returns: float32 [C]: the sum of `other`, or of the masked gradient where there is none.
    func passGradient(
        _ gradient: Tensor, to result: Tensor?, _ value: Tensor?, adding other: Tensor?
    ) throws -> Tensor {
        let channels = gradient.size(1)
        let rows = gradient.count / channels
        let groups = 256 / (channels / packWidth)
        let blocks = max(min((rows + groups - 1) / groups, Engine.multiprocessorCount), 1)
        let sums = try Tensor.empty([channels], device: gradient.device)
        let partials = try Tensor.empty([blocks, channels], device: gradient.device)
        try functions.function("passGradient")(
            grid: (blocks, 1), block: 256,
            [
                .tensor(gradient), .tensor(result), .tensor(value), .tensor(other), .tensor(sums), .tensor(partials),
                .tensor(DeviceCounter.tensor()), .int32(rows), .int32(channels),
            ])
        return sums
    }

    /// The 4×4 patches of stride 2 and padding 1 of images [N, C, 2h, 2w]: rows [N·h·w, 16·C].
    func patches(_ image: Tensor) throws -> Tensor {
        let (images, channels) = (image.size(0), image.size(1))
        let (height, width) = (image.size(2) / 2, image.size(3) / 2)
        let image = try image.channelsLast()
        let rows = try Tensor.empty([images * height * width, 16 * channels], image.dataType, device: image.device)
        let lines = 4 * rows.size(0)
        try functions.function("patches")(
            grid: (4 * blocks(lines), 1), block: 256,
            [.tensor(image), .tensor(rows), .int32(lines), .int32(height), .int32(width), .int32(channels)])
        return rows
    }

    /// The images [N, C, 2h, 2w] in which patches [N·h·w, 16·C] overlap, with a bias [C] added.
    func overlap(_ rows: Tensor, bias: Tensor?, images: Int, height: Int, width: Int) throws -> Tensor {
        let channels = rows.size(1) / 16
        let image = try Tensor.empty(
            [images, channels, 2 * height, 2 * width], rows.dataType, device: rows.device, format: .channelsLast)
        try functions.function("overlap")(
            grid: (4 * blocks(image.count), 1), block: 256,
            [
                .tensor(rows), .tensor(bias), .tensor(image), .int32(image.count), .int32(height), .int32(width),
                .int32(channels),
            ])
        return image
    }
}

/// A number that kernels count their blocks with, 0 before and after each: kernels of a stream run one after the other.
enum DeviceCounter {
    static let tensor = LazyTensor { try Tensor.zeros([1], .int32, device: .cuda) }
}

/// A tensor that is made when it is first needed, once in the process.
final class LazyTensor: @unchecked Sendable {
    private let lock = NSLock()
    private let make: @Sendable () throws -> Tensor
    private var tensor: Tensor?

    init(_ make: @escaping @Sendable () throws -> Tensor) { self.make = make }

    func callAsFunction() throws -> Tensor {
        try lock.withLock {
            if let tensor { return tensor }
            let made = try make()
            tensor = made
            return made
        }
    }
}
