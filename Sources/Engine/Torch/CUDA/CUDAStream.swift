import CTorch

/// A queue of work on the CUDA device.
package enum CUDAStream {
    /// Runs `body` with a stream of its own for all that this thread starts, as recording a ``CUDAGraph`` needs; waits
    /// for the device before and after.
    ///
    /// - Throws: ``TorchError`` if there is no CUDA device, and what `body` throws.
    package static func run<Result>(_ body: () throws -> Result) throws -> Result {
        var previous = ct_stream()
        try check(ct_cuda_enter_stream(&previous), "a CUDA stream")
        let result: Result
        do {
            result = try body()
        } catch {
            _ = ct_cuda_leave_stream(previous)
            throw error
        }
        try check(ct_cuda_leave_stream(previous), "a CUDA stream")
        return result
    }
}
