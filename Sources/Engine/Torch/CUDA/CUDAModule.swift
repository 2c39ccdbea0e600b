import CTorch

/// Kernels in CUDA C++, compiled for the device when they are first needed.
///
/// LibTorch's own run-time compiler does it, so that a build needs no CUDA. Compiling takes some tenths of a second; what
/// was compiled stays for the life of the process.
package final class CUDAModule: @unchecked Sendable {
    // The handle is immutable, and the driver's functions may be called from any thread.
    private let handle: OpaquePointer
    private let name: String

    /// Compiles a source.
    ///
    /// - Parameters:
    ///   - source: CUDA C++; what `Elements.cu` defines goes before it.
    ///   - name: What to call it in errors.
    ///   - element: float32 or bfloat16, the type that the source calls `Element`.
    ///   - definitions: Macros and their values; an empty value only defines one.
    /// - Throws: ``TorchError`` with the compiler's messages, or if there is no device.
    package init(
        source: [UInt8], name: String, element: DataType, definitions: [(name: String, value: String)] = []
    ) throws {
        precondition(element == .float32 || element == .bfloat16, "kernels of \(element)")
        self.name = name
        let text = String(decoding: PackageResources.Elements_cu + source, as: UTF8.self)
        let all = definitions + (element == .bfloat16 ? [("BFLOAT16", "1")] : [])
        let options = all.map { "-D\($0.name)=\($0.value)" }
        var result: OpaquePointer?
        let copies = options.map { Array($0.utf8CString) }
        var pointers: [UnsafePointer<CChar>?] = []
        func compile(_ index: Int) -> Int32 {
            guard index < copies.count else {
                return ct_module_compile(text, name, pointers, Int32(pointers.count), &result)
            }
            return copies[index].withUnsafeBufferPointer { option in
                pointers.append(option.baseAddress)
                return compile(index + 1)
            }
        }
        try check(compile(0), name)
        guard let result else { throw TorchError.last(name) }
        handle = result
    }

    /// A kernel of the module.
    ///
    /// - Parameters:
    ///   - name: Its `extern "C"` name.
    ///   - sharedMemory: Bytes of dynamic shared memory that it will be started with.
    /// - Throws: ``TorchError`` if there is none, or the device has not so much shared memory.
    package func function(_ name: String, sharedMemory: Int = 0) throws -> CUDAFunction {
        var result: OpaquePointer?
        try check(
            ct_module_function(handle, name, Int32(clamping: sharedMemory), &result),
            "the kernel \(name) of \(self.name)")
        guard let result else { throw TorchError.last(name) }
        return CUDAFunction(handle: result, name: name, sharedMemory: sharedMemory)
    }
}
