import CTorch
import ConvolutionKernelInterface
import Processors
import Synchronization

/// Facts about the LibTorch that this process runs with, and its threads.
public enum Engine {
    /// LibTorch's version, such as `2.13.0`.
    public static var version: String { String(cString: ct_version()) }
    /// The folder that LibTorch was loaded from; empty if the loader does not tell.
    package static var libraryFolder: String { String(cString: ct_library_folder()) }
    /// LibTorch's own description of its build: compiler, oneDNN, MKL, OpenMP.
    package static var buildInformation: String { String(cString: ct_build_information()) }
    /// The instruction set that LibTorch's kernels use on this processor: `DEFAULT`, `AVX2`, `AVX512`.
    package static var processorCapability: String { String(cString: ct_processor_capability()) }
    /// How many threads one operator uses now. Loops use fewer than `threadLimit` while other programs take
    /// processors.
    public static var threadCount: Int { Int(ct_thread_count()) }

    /// The most threads that one operator uses: what ``setThreadCount(_:)`` said, else LibTorch's choice, all cores.
    package static var threadLimit: Int { limit.withLock { $0 } ?? threadCount }

    private static let limit = Mutex<Int?>(nil)

    /// Sets how many threads one operator uses at most, or as many of them as can start.
    ///
    /// LibTorch's OpenMP ends the process where a thread of its own does not start, as under a limit to memory or to
    /// processes; so that is tried beforehand.
    ///
    /// - Throws: ``TorchError/engine(operation:text:)`` if the count is not positive.
    public static func setThreadCount(_ count: Int) throws {
        let possible = count > 1 ? WorkerThread.available(count - 1) + 1 : count
        try check(ct_set_thread_count(Int32(clamping: possible)), "the thread count \(possible)")
        limit.withLock { $0 = Int(Int32(clamping: possible)) }
        // The threads are started now, and stay: later their memory may be somebody else's.
        if possible > 1 { try parallel(possible, grain: 1) { _ in } }
    }

    /// Sets how many threads one operator uses for now, fewer or more, and leaves `threadLimit` as it is.
    static func setCurrentThreadCount(_ count: Int) throws {
        let now = threadCount
        guard count != now else { return }
        limit.withLock { $0 = $0 ?? now }
        try check(ct_set_thread_count(Int32(clamping: count)), "the thread count \(count)")
    }

    /// Runs `body` over parts of `0 ..< count` on the engine's own threads, so that own kernels and LibTorch's do
    /// not compete for processors.
    ///
    /// - Parameters:
    ///   - count: The number of items.
    ///   - grain: The fewest items that are worth a thread.
    ///   - body: Called with disjoint ranges that cover `0 ..< count`, from several threads at once.
    /// - Throws: ``TorchError``.
    package static func parallel(_ count: Int, grain: Int, _ body: @Sendable (Range<Int>) -> Void) throws {
        let status = withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { pointer in
                ct_parallel(
                    Int64(count), Int64(grain),
                    { context, begin, end in
                        context?.assumingMemoryBound(to: (@Sendable (Range<Int>) -> Void).self)
                            .pointee(Int(begin)..<Int(end))
                    }, UnsafeMutableRawPointer(mutating: pointer))
            }
        }
        try check(status, "a parallel loop")
    }

    /// As ``parallel(_:grain:_:)``, block by block: a thread takes the next one when it is done with one, so that a
    /// thread that is held up leaves more of them to the others.
    ///
    /// - Parameters:
    ///   - count: The number of items.
    ///   - block: The items of a block, 1 or more; the last one may have fewer.
    ///   - body: Called with disjoint ranges that cover `0 ..< count`, from several threads at once.
    /// - Throws: ``TorchError``.
    package static func parallel(_ count: Int, block: Int, _ body: @Sendable (Range<Int>) -> Void) throws {
        let blocks = (count + block - 1) / block
        let queue = BlockQueue(count: blocks)
        try parallel(min(threadCount, blocks), grain: 1) { _ in
            while let number = queue.next() { body(number * block..<min(count, (number + 1) * block)) }
        }
    }

    /// Runs jobs that call LibTorch's operators on the engine's threads, one thread a job.
    ///
    /// Some of LibTorch's operators cut a sum into as many parts as there are threads. Called in a job, an operator
    /// uses one thread, so its result does not depend on their number. Operators in jobs are not recorded.
    ///
    /// - Parameters:
    ///   - count: The number of jobs.
    ///   - job: Called once for each index, from several threads at once.
    /// - Returns: What the jobs returned, in order.
    /// - Throws: ``TorchError``, or what the first of the jobs that failed threw.
    package static func jobs<Result>(_ count: Int, _ job: (_ index: Int) throws -> Result) throws -> [Result] {
        let results = Mutex(JobResults<Result>(values: Array(repeating: nil, count: count)))
        try runJobs(count) { index in
            let result = JobResults(values: [Swift.Result { try job(Int(index)) }])
            results.withLock { $0.values[Int(index)] = result.values[0] }
        }
        return try results.withLock { $0 }.values.compactMap { try $0?.get() }
    }

    private static func runJobs(_ count: Int, _ body: (Int64) -> Void) throws {
        let status = withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { pointer in
                ct_parallel_jobs(
                    Int64(count),
                    { context, index in context?.assumingMemoryBound(to: ((Int64) -> Void).self).pointee(index) },
                    UnsafeMutableRawPointer(mutating: pointer))
            }
        }
        try check(status, "parallel jobs")
    }

    /// Lets this process keep memory that tensors free for the next ones.
    ///
    /// The system's allocator gives large blocks back at once, and the next training step pays for fresh pages: every
    /// activation is such a block. A program that does little else than compute should call this at its start; it
    /// concerns the whole process, so a library leaves it to the program. No effect where the allocator is not glibc's.
    package static func keepFreedMemory() { ct_keep_freed_memory() }

    /// `nil` if a CUDA device is usable, else the reason why not.
    package static var cudaUnavailability: String? {
        ct_cuda_available() == 1 ? nil : String(cString: ct_last_error())
    }

    /// How many CUDA devices there are.
    public static var cudaDeviceCount: Int { Int(ct_cuda_device_count()) }

    /// Waits until everything that was started on the CUDA device is done; needed around timings.
    ///
    /// - Throws: ``TorchError`` if there is no CUDA device.
    package static func synchronizeCUDA() throws { try check(ct_cuda_synchronize(), "synchronizing CUDA") }

    /// What kernels need to know of the CUDA device; zeros where there is none.
    package struct DeviceFacts: Sendable {
        /// How many multiprocessors there are.
        package let multiprocessors: Int
        /// The compute capability times ten: 90 for 9.0.
        package let capability: Int
        /// Bytes of shared memory that a block can have.
        package let sharedMemory: Int
    }

    /// The CUDA device's facts.
    package static let deviceFacts: DeviceFacts = {
        let facts = ct_cuda_facts()
        return DeviceFacts(
            multiprocessors: Int(facts.multiprocessors), capability: Int(facts.capability),
            sharedMemory: Int(facts.shared_memory))
    }()

    /// Whether cuDNN tries its ways to compute a convolution when it first meets a shape, and keeps the fastest; agrees
    /// with `torch.backends.cudnn.benchmark`. It concerns the whole process, so a library leaves it to the program.
    ///
    /// - Throws: ``TorchError``.
    package static func chooseFastestConvolutions(_ enabled: Bool = true) throws {
        try check(ct_cuda_choose_fastest_convolutions(enabled ? 1 : 0), "choosing convolutions")
    }
}

/// What jobs gave so far. Results are handed from the threads of the jobs to the caller, who alone reads them.
private struct JobResults<Value>: @unchecked Sendable {
    var values: [Swift.Result<Value, any Error>?]
}
