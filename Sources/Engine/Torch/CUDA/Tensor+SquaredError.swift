extension Tensor {
    private static let squaredErrorModules = CUDAModuleCache<DataType>()

    /// mean((x − target)²) of a reconstruction, in float32 whatever the reconstruction's type; agrees with
    /// `torch.nn.functional.mse_loss` of it in float32.
    ///
    /// On a CUDA device one kernel makes the error and its gradient.
    ///
    /// - Parameter target: float32, of the same shape and in memory as this tensor; it has no gradient.
    /// - Throws: ``TorchError`` if shapes do not fit.
    package func reconstructionError(_ target: Tensor) throws -> Tensor {
        guard device == .cuda, dataType == .float32 || dataType == .bfloat16, count > 0, shape == target.shape,
            target.dataType == .float32, target.device == device, !target.requiresGradient,
            isContiguous(.channelsLast), target.isContiguous(.channelsLast)
        else { return try to(.float32).meanSquaredError(target) }
        let type = dataType
        let (gradient, error) = try withoutGradients {
            let gradient = try Tensor.empty(shape, type, device: device, format: .channelsLast)
            let error = try Tensor.empty([], device: device)
            let module = try Self.squaredErrorModules(type) {
                try CUDAModule(source: PackageResources.SquaredError_cu, name: "SquaredError.cu", element: type)
            }
            let perBlock = 256 * 16 / type.size
            let blocks = min((count + perBlock - 1) / perBlock, 4 * max(Engine.deviceFacts.multiprocessors, 1))
            try module.function("squaredError")(
                grid: (blocks, 1), block: 256,
                [
                    .tensor(self), .tensor(target), .tensor(gradient), .tensor(error),
                    .tensor(Tensor.empty([blocks], device: device)), .tensor(DeviceCounter.tensor()), .int64(count),
                ])
            return (gradient, error)
        }
        return try error.withGradient(of: [self]) { [try gradient.scaled(by: $0)] }
    }
}
