/// The kernels for images with few channels, whose convolutions of filter 4, stride 2 and padding 1 are products of
/// matrices on a CUDA device; see `Patches.cu`.
struct PatchKernels {
    private struct Key: Hashable, Sendable {
        var element: DataType
        var channels: Int
    }

    private static let modules = CUDAModuleCache<Key>()
    private static let threads = 256

    private let module: CUDAModule
    private let channels: Int

    /// The kernels for images of an element type, or `nil` where they take none of it.
    static func kernels(_ type: DataType, channels: Int, on device: Device) throws -> PatchKernels? {
        guard device == .cuda, type == .float32 || type == .bfloat16 else { return nil }
        let module = try modules(Key(element: type, channels: channels)) {
            try CUDAModule(
                source: PackageResources.Patches_cu, name: "Patches.cu", element: type,
                definitions: [("CHANNELS", "\(channels)")])
        }
        return PatchKernels(module: module, channels: channels)
    }

    /// The 4×4 patches of stride 2 and padding 1 of images [N, C, 2h, 2w]: rows [N·h·w, 16·C].
    func patches(_ image: Tensor) throws -> Tensor {
        let (images, height, width) = (image.size(0), image.size(2) / 2, image.size(3) / 2)
        let image = try image.channelsLast()
        let rows = try Tensor.empty([images * height * width, 16 * channels], image.dataType, device: image.device)
        guard rows.count > 0 else { return rows }
        try module.function("patches")(
            grid: (images * height, 1), block: Self.threads,
            [.tensor(image), .tensor(rows), .int32(height), .int32(width)])
        return rows
    }

    /// The images [N, C, 2h, 2w] in which patches [N·h·w, 16·C] overlap, with a bias [C] added.
    func overlap(_ rows: Tensor, bias: Tensor?, images: Int, height: Int, width: Int) throws -> Tensor {
        let image = try Tensor.empty(
            [images, channels, 2 * height, 2 * width], rows.dataType, device: rows.device, format: .channelsLast)
        guard image.count > 0 else { return image }
        try module.function("overlap")(
            grid: (images * 2 * height, 1), block: Self.threads,
            [.tensor(rows), .tensor(bias), .tensor(image), .int32(height), .int32(width)])
        return image
    }
}
