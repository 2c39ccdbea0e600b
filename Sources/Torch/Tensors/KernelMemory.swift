/// The memory of some dense float32 or bfloat16 tensors while a kernel runs over it.
package struct KernelMemory: @unchecked Sendable {
    private let starts: [UnsafeMutableRawPointer]

    /// The memory of the float32 tensor at a place in the list.
    package subscript(index: Int) -> UnsafeMutablePointer<Float> { numbers(index) }

    /// The memory of the tensor at a place in the list: floats, or of bfloat16 the bits, as `UInt16`.
    package func numbers<Number>(_ index: Int) -> UnsafeMutablePointer<Number> {
        starts[index].assumingMemoryBound(to: Number.self)
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
            try tensor.dataType == .bfloat16
                ? tensor.withMemory(of: BFloat16.self) { UnsafeMutableRawPointer($0.baseAddress) }
                : tensor.withMemory(of: Float.self) { UnsafeMutableRawPointer($0.baseAddress) }
        }
        // Tensors without elements have no memory, and nothing to do.
        guard count > 0, starts.count == tensors.count else { return }
        let memory = KernelMemory(starts: starts)
        try withExtendedLifetime(tensors) { try Engine.parallel(count, grain: grain) { body(memory, $0) } }
    }
}

extension Tensor {
    /// Whether the kernels take this tensor; LibTorch's operators take every other.
    package var suitsKernels: Bool { device == .cpu && dataType == .float32 }

    /// Whether the kernels for maps of channels take this tensor as it lies in memory.
    var suitsMapKernels: Bool { suitsKernels && isContiguous(.channelsLast) && count > 0 }

    /// The same of a map in bfloat16.
    var suitsBFloat16MapKernels: Bool {
        device == .cpu && dataType == .bfloat16 && isContiguous(.channelsLast) && count > 0
    }
}
