import CTorch

/// A kernel that can be started.
package struct CUDAFunction: @unchecked Sendable {
    fileprivate let handle: OpaquePointer
    private let name: String
    private let sharedMemory: Int

    init(handle: OpaquePointer, name: String, sharedMemory: Int) {
        self.handle = handle
        self.name = name
        self.sharedMemory = sharedMemory
    }

    /// What a kernel is given.
    package enum Argument {
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
    package func callAsFunction(grid: (Int, Int), block: Int, _ arguments: [Argument]) throws {
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
