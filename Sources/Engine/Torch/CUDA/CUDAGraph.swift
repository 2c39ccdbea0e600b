import CTorch

/// Work on a CUDA device that was recorded once and is started as a whole.
///
/// Starting kernels one by one costs the processor some microseconds each, which is more than many of them run for. A
/// replay reads and writes the memory of the recording: inputs are written into tensors that the recording read, results
/// read from tensors that it made. Tensors that it read and did not make must live as long as it does. Agrees with `torch.cuda.CUDAGraph`.
package final class CUDAGraph {
    private let handle: OpaquePointer

    private init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { ct_graph_release(handle) }

    /// Records what `body` starts. Nothing of it runs yet, so `body` must not read numbers back.
    ///
    /// Must be called within ``CUDAStream/run(_:)``, after the same work was run there at least once: operators choose
    /// their algorithms and kernels are compiled at their first use, which cannot be recorded.
    ///
    /// - Throws: ``TorchError``, and what `body` throws.
    package static func record(_ body: () throws -> Void) throws -> CUDAGraph {
        var result: OpaquePointer?
        try check(ct_graph_begin(&result), "beginning to record a CUDA graph")
        guard let result else { throw TorchError.last("recording a CUDA graph") }
        let graph = CUDAGraph(result)
        do {
            try body()
        } catch {
            // What went wrong first is what the caller should hear of.
            _ = ct_graph_end(result)
            throw error
        }
        try check(ct_graph_end(result), "ending to record a CUDA graph")
        return graph
    }

    /// Starts all of it, and does not wait.
    ///
    /// - Throws: ``TorchError``.
    package func replay() throws { try check(ct_graph_replay(handle), "starting a CUDA graph") }
}
