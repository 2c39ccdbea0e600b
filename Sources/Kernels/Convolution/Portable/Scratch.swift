/// Memory of a thread while it works, which begins where a line of the processor's cache does: else every load and store
/// of a whole register would take two lines. It begins with zeros.
struct Scratch {
    let start: UnsafeMutablePointer<Float>

    init(count: Int) {
        start = UnsafeMutableRawPointer.allocate(byteCount: count &* 4, alignment: 64)
            .bindMemory(to: Float.self, capacity: count)
        start.initialize(repeating: 0, count: count)
    }

    func deallocate() { start.deallocate() }
}
