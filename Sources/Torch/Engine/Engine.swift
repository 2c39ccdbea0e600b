import CTorch
import Processors
import WinogradKernelTypes

/// Facts about the LibTorch that this process runs with, and its threads.
public enum Engine {
    /// LibTorch's version, such as `2.13.0`.
    public static var version: String { String(cString: ct_version()) }
    /// The folder that LibTorch was loaded from; empty if the loader does not tell.
    public static var libraryFolder: String { String(cString: ct_library_folder()) }
    /// LibTorch's own description of its build: compiler, oneDNN, MKL, OpenMP.
    public static var buildInformation: String { String(cString: ct_build_information()) }
    /// The instruction set that LibTorch's kernels use on this processor: `DEFAULT`, `AVX2`, `AVX512`.
    public static var processorCapability: String { String(cString: ct_processor_capability()) }
    /// How many threads one operator uses.
    public static var threadCount: Int { Int(ct_thread_count()) }

    /// Sets how many threads one operator uses, or as many of them as can start.
    ///
    /// LibTorch's OpenMP ends the process where a thread of its own does not start, as under a limit to memory or to
    /// processes; so that is tried beforehand. ``threadCount`` says how many there are.
    ///
    /// - Throws: ``TorchError/engine(operation:text:)`` if the count is not positive.
    public static func setThreadCount(_ count: Int) throws {
        let possible = count > 1 ? WorkerThread.available(count - 1) + 1 : count
        try check(ct_set_thread_count(Int32(clamping: possible)), "the thread count \(possible)")
        // The threads are started now, and stay: later their memory may be somebody else's.
        if possible > 1 { try parallel(possible, grain: 1) { _ in } }
    }

    /// Runs `body` over parts of `0 ..< count` on the engine's own threads, so that own kernels and LibTorch's do
    /// not compete for processors.
    ///
    /// - Parameters:
    ///   - count: The number of items.
    ///   - grain: The fewest items that are worth a thread.
    ///   - body: Called with disjoint ranges that cover `0 ..< count`, from several threads at once.
    /// - Throws: ``TorchError``.
    public static func parallel(_ count: Int, grain: Int, _ body: @Sendable (Range<Int>) -> Void) throws {
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
    public static func parallel(_ count: Int, block: Int, _ body: @Sendable (Range<Int>) -> Void) throws {
        let blocks = (count + block - 1) / block
        let queue = BlockQueue(count: blocks)
        try parallel(min(threadCount, blocks), grain: 1) { _ in
            while let number = queue.next() { body(number * block..<min(count, (number + 1) * block)) }
        }
    }

    /// Lets this process keep memory that tensors free for the next ones.
    ///
    /// The system's allocator gives large blocks back at once, and the next training step pays for fresh pages: every
    /// activation is such a block. A program that does little else than compute should call this at its start; it
    /// concerns the whole process, so a library leaves it to the program. No effect where the allocator is not glibc's.
    public static func keepFreedMemory() { ct_keep_freed_memory() }

    /// `nil` if a CUDA device is usable, else the reason why not.
    public static var cudaUnavailability: String? {
        ct_cuda_available() == 1 ? nil : String(cString: ct_last_error())
    }

    /// How many CUDA devices there are.
    public static var cudaDeviceCount: Int { Int(ct_cuda_device_count()) }

    /// Waits until everything that was started on the CUDA device is done; needed around timings.
    ///
    /// - Throws: ``TorchError`` if there is no CUDA device.
    public static func synchronizeCUDA() throws { try check(ct_cuda_synchronize(), "synchronizing CUDA") }

    /// What kernels need to know of the CUDA device; zeros where there is none.
    public struct DeviceFacts: Sendable {
        /// How many multiprocessors there are.
        public let multiprocessors: Int
        /// The compute capability times ten: 90 for 9.0.
        public let capability: Int
        /// Bytes of shared memory that a block can have.
        public let sharedMemory: Int
    }

    /// The CUDA device's facts.
    public static let deviceFacts: DeviceFacts = {
        let facts = ct_cuda_facts()
        return DeviceFacts(
            multiprocessors: Int(facts.multiprocessors), capability: Int(facts.capability),
            sharedMemory: Int(facts.shared_memory))
    }()

    /// Whether cuDNN tries its ways to compute a convolution when it first meets a shape, and keeps the fastest; agrees
    /// with `torch.backends.cudnn.benchmark`. It concerns the whole process, so a library leaves it to the program.
    ///
    /// - Throws: ``TorchError``.
    public static func chooseFastestConvolutions(_ enabled: Bool = true) throws {
        try check(ct_cuda_choose_fastest_convolutions(enabled ? 1 : 0), "choosing convolutions")
    }
}
