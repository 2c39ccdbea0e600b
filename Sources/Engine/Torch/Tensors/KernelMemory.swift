/// The memory of some dense float32 or bfloat16 tensors while a kernel runs over it.
package struct KernelMemory: @unchecked Sendable {
    private let starts: [(memory: UnsafeMutableRawPointer, type: DataType)]

    /// The memory of the float32 tensor at a place in the list.
    package subscript(index: Int) -> UnsafeMutablePointer<Float> { numbers(index) }

    /// The memory of the tensor at a place in the list: floats, or of bfloat16 the bits.
    package func numbers<Number: KernelNumber>(_ index: Int) -> UnsafeMutablePointer<Number> {
        let (memory, type) = starts[index]
        precondition(type == Number.kernelType, "a tensor of \(type) in the place of one of \(Number.kernelType)")
        return memory.assumingMemoryBound(to: Number.self)
    }

    /// Runs `body` over parts of `0 ..< count` on the engine's threads. Parts must not write the same places.
    ///
    /// - Parameters:
    ///   - tensors: Dense tensors on the processor, which are kept until all is done.
    ///   - count: The number of items.
    ///   - grain: The fewest items that are worth a thread.
    /// - Throws: ``TorchError``.
    package static func run(
        _ tensors: [Tensor], _ count: Int, grain: Int, _ body: @Sendable (KernelMemory, Range<Int>) -> Void
    ) throws {
        let starts = try tensors.compactMap { tensor in
            try tensor.withBytes { $0.baseAddress }.map { ($0, tensor.dataType) }
        }
        // Tensors without elements have no memory, and nothing to do.
        guard count > 0, starts.count == tensors.count else { return }
        let memory = KernelMemory(starts: starts)
        try withExtendedLifetime(tensors) { try Engine.parallel(count, grain: grain) { body(memory, $0) } }
    }
}

/// What the kernels' memory consists of.
package protocol KernelNumber: BitwiseCopyable {
    /// The element type of such tensors.
    static var kernelType: DataType { get }
}

extension Float: KernelNumber {
    /// Single precision.
    package static var kernelType: DataType { .float32 }
}

/// The bits of a bfloat16: the upper half of a float's.
extension UInt16: KernelNumber {
    /// bfloat16.
    package static var kernelType: DataType { .bfloat16 }
}

extension Tensor {
    /// Whether the kernels take this tensor; LibTorch's operators take every other.
    package var suitsKernels: Bool { device == .cpu && dataType == .float32 }

    /// Whether the kernels for maps of channels, in float32 or bfloat16, take this tensor as it lies in memory.
    var suitsMapKernels: Bool {
        device == .cpu && (dataType == .float32 || dataType == .bfloat16) && isContiguous(.channelsLast) && count > 0
    }
}
