import CTorch

extension Tensor {
    /// The memory of a dense tensor on the processor, in memory order.
    ///
    /// - Precondition: `Element` is the tensor's type, and the elements lie densely (see ``contiguous(_:)``).
    /// - Throws: What `body` throws, or ``TorchError/unexpectedResult(operation:text:)`` if the tensor is on
    ///   another device.
    package func withMemory<Element: TensorElement, Result>(
        of type: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
    ) throws -> Result {
        precondition(dataType == Element.dataType, "a tensor of \(dataType) read as \(Element.dataType)")
        precondition(isDense, "the memory of \(self) is a view with gaps; call contiguous() first")
        let count = self.count
        guard let data = ct_tensor_data(handle) else {
            if count == 0 { return try body(UnsafeMutableBufferPointer(start: nil, count: 0)) }
            throw TorchError.unexpectedResult(
                operation: "reading memory", text: "the tensor is on \(device); copy it to the processor first")
        }
        // The pointer is into this object's storage: the object must not be released while it is used.
        return try withExtendedLifetime(self) {
            try body(UnsafeMutableBufferPointer(start: data.assumingMemoryBound(to: Element.self), count: count))
        }
    }

    private var isDense: Bool { isContiguous() || isContiguous(.channelsLast) }

    /// The raw bytes of a dense tensor on the processor, in memory order.
    ///
    /// - Throws: As ``withMemory(of:_:)``.
    package func withBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) throws -> Result) throws -> Result {
        precondition(isDense, "the memory of \(self) is a view with gaps; call contiguous() first")
        let count = self.count * dataType.size
        guard let data = ct_tensor_data(handle) else {
            if count == 0 { return try body(UnsafeMutableRawBufferPointer(start: nil, count: 0)) }
            throw TorchError.unexpectedResult(
                operation: "reading memory", text: "the tensor is on \(device); copy it to the processor first")
        }
        return try withExtendedLifetime(self) {
            try body(UnsafeMutableRawBufferPointer(start: data, count: count))
        }
    }

    /// The elements as an array, the last axis varying fastest, converted to `Element` where the type differs.
    ///
    /// - Throws: ``TorchError``.
    public func array<Element: TensorElement>(of type: Element.Type) throws -> [Element] {
        try detached().to(.cpu).to(Element.dataType).contiguous().withMemory(of: type) { Array($0) }
    }

    /// The only element of a tensor of one element.
    ///
    /// - Throws: ``TorchError``.
    package func item() throws -> Float {
        precondition(count == 1, "item() of a tensor of shape \(shape)")
        return try array(of: Float.self)[0]
    }
}
