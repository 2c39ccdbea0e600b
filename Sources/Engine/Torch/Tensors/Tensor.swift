import CTorch

/// An array of numbers of any rank, on some device, that may take part in differentiation.
///
/// A thin handle on `torch.Tensor`. Image tensors are logical [N, C, H, W] in channels-last memory. Operations
/// throw ``TorchError`` with the engine's text where shapes, types or devices do not fit.
public final class Tensor {
    let handle: OpaquePointer

    /// Takes over a reference.
    init(owning handle: OpaquePointer) { self.handle = handle }

    deinit { ct_tensor_release(handle) }

    /// The number of axes.
    package var rank: Int { Int(ct_tensor_rank(handle)) }

    /// The sizes of all axes.
    public var shape: [Int] { (0..<ct_tensor_rank(handle)).map { Int(ct_tensor_size(handle, $0)) } }

    /// How many elements each axis steps over in memory.
    package var strides: [Int] { (0..<ct_tensor_rank(handle)).map { Int(ct_tensor_stride(handle, $0)) } }

    /// The size of one axis; a negative axis counts from the end.
    package func size(_ axis: Int) -> Int {
        let rank = self.rank
        precondition(axis >= -rank && axis < rank, "axis \(axis) of a tensor with \(rank) axes")
        return Int(ct_tensor_size(handle, Int32(axis < 0 ? axis + rank : axis)))
    }

    /// The number of elements.
    public var count: Int { Int(ct_tensor_count(handle)) }

    /// The type of the elements.
    ///
    /// - Precondition: The type is one that ``DataType`` knows; the models use no other.
    public var dataType: DataType {
        guard let type = DataType(rawValue: ct_tensor_data_type(handle)) else {
            preconditionFailure("a tensor of LibTorch's type number \(ct_tensor_data_type(handle)) has no Swift name")
        }
        return type
    }

    /// Where the memory is.
    public var device: Device {
        switch Int8(truncatingIfNeeded: ct_tensor_device_type(handle)) {
        case Device.Kind.cuda.rawValue: Device(kind: .cuda, index: Int(ct_tensor_device_index(handle)))
        case Device.Kind.meta.rawValue: .meta
        default: .cpu
        }
    }

    /// Whether the elements lie densely in the order of a format.
    package func isContiguous(_ format: MemoryFormat = .contiguous) -> Bool {
        if format == .channelsLast && rank != 4 { return false }
        return ct_tensor_is_contiguous(handle, format == .channelsLast ? 1 : 0) != 0
    }
}

extension Tensor: CustomStringConvertible {
    /// Type, shape and device, such as `float32[8, 3, 32, 32] on cpu`.
    public var description: String { "\(dataType)\(shape) on \(device)" }
}
