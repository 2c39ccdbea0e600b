/// Numbers in memory that begins where a line of the processor's cache does, so that wide loads of them never take two.
final class AlignedNumbers {
    let start: UnsafePointer<Float>
    let count: Int

    /// Copies numbers.
    init(_ numbers: [Float]) {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(numbers.count, 1) * MemoryLayout<Float>.stride, alignment: 64)
        let floats = memory.bindMemory(to: Float.self, capacity: numbers.count)
        numbers.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { floats.initialize(from: base, count: source.count) }
        }
        start = UnsafePointer(floats)
        count = numbers.count
    }

    deinit { start.deallocate() }
}
