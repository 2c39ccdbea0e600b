import CTorch

extension Tensor {
    /// A tensor of undefined content.
    ///
    /// - Throws: ``TorchError``, for example when memory does not suffice.
    package static func empty(
        _ shape: [Int], _ type: DataType = .float32, device: Device = .cpu, format: MemoryFormat = .contiguous
    ) throws -> Tensor {
        var result: OpaquePointer?
        let sizes = shape.map(Int64.init)
        try check(
            ct_tensor_empty(
                sizes, Int32(sizes.count), type.rawValue, Int32(device.kind.rawValue), Int32(device.index),
                format == .channelsLast ? 1 : 0, &result),
            "an empty tensor of shape \(shape)")
        guard let result else { throw TorchError.last("an empty tensor") }
        return Tensor(owning: result)
    }

    /// A tensor of one value.
    ///
    /// - Throws: ``TorchError``.
    package static func full(
        _ shape: [Int], _ value: Double, _ type: DataType = .float32, device: Device = .cpu,
        format: MemoryFormat = .contiguous
    ) throws -> Tensor {
        let tensor = try empty(shape, type, device: device, format: format)
        try Operators.fill(.tensor(tensor), .real(value))
        return tensor
    }

    /// A tensor of zeros.
    ///
    /// - Throws: ``TorchError``.
    public static func zeros(_ shape: [Int], _ type: DataType = .float32, device: Device = .cpu) throws -> Tensor {
        try full(shape, 0, type, device: device)
    }

    /// A tensor of zeros with another's shape, type, device and strides; agrees with `torch.zeros_like`.
    ///
    /// - Throws: ``TorchError``.
    package static func zeros(like other: Tensor) throws -> Tensor {
        try Operators.zerosLike(.tensor(other))
    }

    /// A tensor of the given elements, the last axis varying fastest.
    ///
    /// - Precondition: `elements.count` is the product of `shape`.
    /// - Throws: ``TorchError``.
    public convenience init<Element: TensorElement>(_ elements: [Element], _ shape: [Int]) throws {
        precondition(elements.count == shape.reduce(1, *), "\(elements.count) elements for the shape \(shape)")
        var result: OpaquePointer?
        let sizes = shape.map(Int64.init)
        try check(
            ct_tensor_empty(sizes, Int32(sizes.count), Element.dataType.rawValue, 0, -1, 0, &result),
            "a tensor of shape \(shape)")
        guard let result else { throw TorchError.last("a tensor") }
        elements.withUnsafeBytes { source in
            if let target = ct_tensor_data(result), let base = source.baseAddress {
                target.copyMemory(from: base, byteCount: source.count)
            }
        }
        self.init(owning: result)
    }

    /// A tensor of one number and no axes.
    ///
    /// - Throws: ``TorchError``.
    package convenience init(scalar value: Float) throws { try self.init([value], []) }

    /// Numbers drawn uniformly from `range`, on the processor; of a generator of `Device.meta`, the shape alone.
    ///
    /// - Throws: ``TorchError``.
    package static func uniform(_ shape: [Int], in range: ClosedRange<Double>, generator: Generator) throws -> Tensor {
        let tensor = try empty(shape, device: generator.target)
        guard generator.target != .meta else { return tensor }
        try Operators.uniform(
            .tensor(tensor), .real(range.lowerBound), .real(range.upperBound), .generator(generator))
        return tensor
    }

    /// Numbers of the normal distribution, on the processor; of a generator of `Device.meta`, the shape alone.
    ///
    /// - Throws: ``TorchError``.
    package static func normal(
        _ shape: [Int], mean: Double = 0, standardDeviation: Double = 1, generator: Generator
    ) throws -> Tensor {
        let tensor = try empty(shape, device: generator.target)
        guard generator.target != .meta else { return tensor }
        try Operators.normal(.tensor(tensor), .real(mean), .real(standardDeviation), .generator(generator))
        return tensor
    }
}
