extension Tensor {
    /// The same elements under another shape; one size may be -1.
    public func reshaped(_ shape: [Int]) throws -> Tensor {
        try Operators.reshape(.tensor(self), .integers(shape))
    }

    /// The axes in another order.
    public func permuted(_ axes: [Int]) throws -> Tensor { try Operators.permute(.tensor(self), .integers(axes)) }

    /// The elements dense in memory, the last axis varying fastest (or the channels, for images).
    package func contiguous(_ format: MemoryFormat = .contiguous) throws -> Tensor {
        try Operators.contiguous(.tensor(self), .memoryFormat(format))
    }

    /// Logical [N, C, H, W] with the channels varying fastest in memory.
    package func channelsLast() throws -> Tensor { try contiguous(.channelsLast) }

    /// Zeros (or another number) around the last axes; agrees with `torch.nn.functional.pad`.
    ///
    /// - Parameters:
    ///   - amounts: Elements before and after the last axis, then the one before it, and so on.
    ///   - value: What to add.
    package func padded(_ amounts: [Int], value: Double = 0) throws -> Tensor {
        try Operators.pad(.tensor(self), .integers(amounts), .string("constant"), .real(value))
    }

    /// A part of one axis; shares memory.
    public func narrowed(axis: Int, _ range: Range<Int>) throws -> Tensor {
        try Operators.narrow(.tensor(self), .integer(axis), .integer(range.lowerBound), .integer(range.count))
    }

    /// One element of an axis, which disappears; shares memory.
    public func selected(axis: Int, _ index: Int) throws -> Tensor {
        try Operators.select(.tensor(self), .integer(axis), .integer(index))
    }

    /// A new axis of size 1.
    package func unsqueezed(_ axis: Int) throws -> Tensor { try Operators.unsqueeze(.tensor(self), .integer(axis)) }

    /// Tensors one after the other along an axis.
    public static func concatenate(_ tensors: [Tensor], axis: Int) throws -> Tensor {
        try Operators.concatenate(.tensors(tensors), .integer(axis))
    }

    /// Tensors along a new axis.
    package static func stack(_ tensors: [Tensor], axis: Int) throws -> Tensor {
        try Operators.stack(.tensors(tensors), .integer(axis))
    }

    /// Rows (or what an axis holds) by index; `indices` is an int32 or int64 vector.
    package func indexSelected(axis: Int, _ indices: Tensor) throws -> Tensor {
        try Operators.indexSelect(.tensor(self), .integer(axis), .tensor(indices))
    }

    /// How often each of 0 ..< length occurs in an integer vector; int64.
    package func histogram(length: Int) throws -> Tensor {
        try Operators.bincount(.tensor(self), .none, .integer(length))
    }

    /// The elements in another type; the tensor itself where it has that type.
    public func to(_ type: DataType) throws -> Tensor {
        dataType == type ? self : try Operators.toType(.tensor(self), .dataType(type))
    }

    /// The elements on another device; the tensor itself where it is there.
    public func to(_ device: Device) throws -> Tensor {
        self.device == device ? self : try Operators.toDevice(.tensor(self), .device(device), .dataType(dataType))
    }

    /// The same memory, outside of differentiation.
    package func detached() throws -> Tensor { try Operators.detach(.tensor(self)) }

    /// A copy in memory of its own.
    package func cloned() throws -> Tensor { try Operators.clone(.tensor(self)) }

    /// Copies another tensor's elements into this one's memory, converting type, device and strides.
    ///
    /// - Parameters:
    ///   - other: A tensor of the same shape, or one that broadcasts to it.
    ///   - waits: Whether it returns when it is done; a copy from ``pinned()`` memory to a device need not.
    package func copyInPlace(from other: Tensor, waits: Bool = true) throws {
        try Operators.copy(.tensor(self), .tensor(other), .boolean(!waits))
    }

    /// The elements in memory that a CUDA device can copy from by itself.
    package func pinned() throws -> Tensor { try Operators.pinMemory(.tensor(self)) }

    /// Sets every element of this tensor's memory.
    package func fillInPlace(_ value: Double) throws { try Operators.fill(.tensor(self), .real(value)) }
}
