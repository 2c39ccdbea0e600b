import Foundation

/// A thread whose start can fail, as it does where memory or the number of threads is limited.
///
/// Foundation's `Thread` and Dispatch do not tell whether a thread started: who waits for one that did not waits for ever.
package enum WorkerThread {
    /// Starts a thread that ends with its work.
    ///
    /// - Parameters:
    ///   - stackSize: Bytes of its stack; the system's default if `nil`.
    ///   - work: What it does.
    /// - Returns: Whether it started; where not, `work` will not run.
    package static func start(stackSize: Int? = stackSize, _ work: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Work(work))
        let status = create(stackSize, box.toOpaque())
        if status != 0 { box.release() }
        return status == 0
    }

    /// `pthread_create`'s status.
    private static func create(_ stackSize: Int?, _ context: UnsafeMutableRawPointer) -> Int32 {
        var attributes = pthread_attr_t()
        let status = pthread_attr_init(&attributes)
        guard status == 0 else { return status }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        if let stackSize { pthread_attr_setstacksize(&attributes, stackSize) }
        #if os(Linux)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        return pthread_create(
            &thread, &attributes,
            { context in
                // Optional on Linux, not so on other systems.
                let pointer: UnsafeMutableRawPointer? = context
                if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body() }
                return nil
            }, context)
    }

    /// How many of `count` threads can run at once beside this one.
    ///
    /// Where LibTorch's threads cannot start, its OpenMP ends the process, so who sets their number asks first.
    package static func available(_ count: Int) -> Int {
        let gate = Gate()
        var started = 0
        while started < count, start(stackSize: nil, { gate.wait() }) { started += 1 }
        gate.open(threads: started)
        return started
    }

    /// Room for the decoders of pictures. The system's default is four times as much, of which a limit to the address space
    /// leaves few.
    private static let stackSize = 2 << 20

    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Keeps threads until all of them are there.
    private final class Gate: @unchecked Sendable {
        private let condition = NSCondition()
        private var isOpen = false
        private var left = 0

        func wait() {
            condition.lock()
            while !isOpen { condition.wait() }
            left += 1
            condition.broadcast()
            condition.unlock()
        }

        /// Lets all go, and waits until they have.
        func open(threads: Int) {
            condition.lock()
            isOpen = true
            condition.broadcast()
            while left < threads { condition.wait() }
            condition.unlock()
        }
    }
}
