/// Numbers in memory that begins where a line of the processor's cache does, so that wide loads of them never take two.
final class AlignedNumbers<Number: BitwiseCopyable> {
    let start: UnsafePointer<Number>
    let count: Int

    /// Copies numbers.
    init(_ numbers: [Number]) {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(numbers.count, 1) * MemoryLayout<Number>.stride, alignment: 64)
        let typed = memory.bindMemory(to: Number.self, capacity: numbers.count)
        numbers.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { typed.initialize(from: base, count: source.count) }
        }
        start = UnsafePointer(typed)
        count = numbers.count
    }

    deinit { start.deallocate() }
}

/// Where several of them start, for the length of a call.
///
/// - Throws: What `body` throws.
func withPointers<Number, Result>(
    _ numbers: [AlignedNumbers<Number>], _ body: (UnsafePointer<UnsafePointer<Number>>) throws -> Result
) throws -> Result {
    try withExtendedLifetime(numbers) {
        try numbers.map(\.start).withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("a search without layers") }
            return try body(base)
        }
    }
}
