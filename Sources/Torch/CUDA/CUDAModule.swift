import CTorch
import Foundation

/// Kernels in CUDA C++, compiled for the device when they are first needed.
///
/// LibTorch's own run-time compiler does it, so that a build needs no CUDA. Compiling takes some tenths of a second; what
/// was compiled stays for the life of the process.
public final class CUDAModule: @unchecked Sendable {
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
    public init(
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

    deinit { ct_module_release(handle) }

    /// A kernel of the module.
    ///
    /// - Parameters:
    ///   - name: Its `extern "C"` name.
    ///   - sharedMemory: Bytes of dynamic shared memory that it will be started with.
    /// - Throws: ``TorchError`` if there is none, or the device has not so much shared memory.
    public func function(_ name: String, sharedMemory: Int = 0) throws -> CUDAFunction {
        var result: OpaquePointer?
        try check(
            ct_module_function(handle, name, Int32(clamping: sharedMemory), &result),
            "the kernel \(name) of \(self.name)")
        guard let result else { throw TorchError.last(name) }
        return CUDAFunction(handle: result, module: self, name: name, sharedMemory: sharedMemory)
    }
}

/// A kernel that can be started.
public struct CUDAFunction: @unchecked Sendable {
    fileprivate let handle: OpaquePointer
    // Keeps the code.
    private let module: CUDAModule
    private let name: String
    private let sharedMemory: Int

    fileprivate init(handle: OpaquePointer, module: CUDAModule, name: String, sharedMemory: Int) {
        self.handle = handle
        self.module = module
        self.name = name
        self.sharedMemory = sharedMemory
    }

    /// What a kernel is given.
    public enum Argument {
        /// A pointer to a tensor's first element; a null pointer for `nil`.
        case tensor(Tensor?)
        /// An `int`.
        case int32(Int)
        /// A `long long`.
        case int64(Int)
        /// A `float`.
        case float(Double)
        /// A structure of pointers to tensors' first elements.
        case tensors([Tensor])
        /// Any other structure.
        case bytes([UInt8])

        fileprivate var bytes: [UInt8] {
            switch self {
            case .tensor(let tensor): Self.bytes(of: tensor.map(\.address) ?? 0)
            case .int32(let number): Self.bytes(of: Int32(number))
            case .int64(let number): Self.bytes(of: Int64(number))
            case .float(let number): Self.bytes(of: Float(number))
            case .tensors(let tensors): tensors.flatMap { Self.bytes(of: $0.address) }
            case .bytes(let bytes): bytes
            }
        }

        /// The memory of a number.
        static func bytes<Number: BitwiseCopyable>(of number: Number) -> [UInt8] {
            withUnsafeBytes(of: number) { Array($0) }
        }
    }

    /// Starts the kernel on the current stream, and does not wait for it.
    ///
    /// - Parameters:
    ///   - grid: Blocks across and down.
    ///   - block: Threads a block.
    ///   - arguments: In the kernel's order; tensors must live until it is done, as those of LibTorch's streams do.
    /// - Throws: ``TorchError`` if it cannot be started.
    public func callAsFunction(grid: (Int, Int), block: Int, _ arguments: [Argument]) throws {
        var storage: [UInt8] = []
        var offsets: [Int] = []
        for argument in arguments {
            // The widest alignment that a kernel's argument has here.
            while storage.count % 8 != 0 { storage.append(0) }
            offsets.append(storage.count)
            storage += argument.bytes
        }
        let status = withExtendedLifetime(arguments) {
            storage.withUnsafeBytes { memory in
                let pointers = offsets.map { memory.baseAddress?.advanced(by: $0) }
                return ct_function_launch(
                    handle, [Int32(grid.0), Int32(grid.1), 1], [Int32(block), 1, 1], Int32(sharedMemory), pointers)
            }
        }
        try check(status, "the kernel \(name)")
    }
}

extension Tensor {
    /// Where the first element is, on whatever device.
    var address: UInt64 { ct_tensor_address(handle) }
}

/// Modules by what they were compiled for, for the life of the process.
public final class CUDAModuleCache<Key: Hashable & Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var modules: [Key: CUDAModule] = [:]

    /// An empty cache.
    public init() {}

    /// The module of a key, made where there is none yet.
    ///
    /// - Throws: What `make` throws.
    public func callAsFunction(_ key: Key, _ make: () throws -> CUDAModule) rethrows -> CUDAModule {
        try lock.withLock {
            if let known = modules[key] { return known }
            let made = try make()
            modules[key] = made
            return made
        }
    }
}
