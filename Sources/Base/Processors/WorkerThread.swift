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
        guard let thread = create(stackSize, work) else { return false }
        pthread_detach(thread)
        return true
    }

    /// Starts a thread that has to be joined or detached; `nil` where it did not start.
    private static func create(_ stackSize: Int?, _ work: @escaping @Sendable () -> Void) -> pthread_t? {
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        defer { attributes.deallocate() }
        guard pthread_attr_init(attributes) == 0 else { return nil }
        defer { pthread_attr_destroy(attributes) }
        if let stackSize { pthread_attr_setstacksize(attributes, stackSize) }
        #if os(Linux)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        let box = Unmanaged.passRetained(Work(work))
        let status = pthread_create(
            &thread, attributes,
            { context in
                // Optional on Linux, not so on other systems.
                let pointer: UnsafeMutableRawPointer? = context
                if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            return nil
        }
        return thread
    }

    /// How many of `count` threads can run at once beside this one.
    ///
    /// Where LibTorch's threads cannot start, its OpenMP ends the process, so who sets their number asks first.
    package static func available(_ count: Int) -> Int {
        let gate = Gate()
        var threads: [pthread_t] = []
        while threads.count < count, let thread = create(nil, { gate.wait() }) { threads.append(thread) }
        gate.open()
        // Who starts threads next needs what these have, so they have to be gone.
        for thread in threads { pthread_join(thread, nil) }
        return threads.count
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

        func wait() {
            condition.lock()
            while !isOpen { condition.wait() }
            condition.unlock()
        }

        /// Lets all go.
        func open() {
            condition.lock()
            isOpen = true
            condition.broadcast()
            condition.unlock()
        }
    }
}
