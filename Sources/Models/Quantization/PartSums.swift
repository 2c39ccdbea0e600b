import Torch

/// Memory that several threads read, or write different places of.
struct SharedMemory<Element>: @unchecked Sendable {
    let start: UnsafeMutablePointer<Element>
}

/// Adds up what parts of the vectors have each for themselves, part by part: LibTorch's own sum adds in an order that
/// depends on its threads.
///
/// - Parameters:
///   - parts: [parts, …], dense, on the processor.
///   - zero: 0.
/// - Returns: […].
/// - Throws: `TorchError`.
func sumOfParts<Element: TensorElement & AdditiveArithmetic & Sendable>(
    _ parts: Tensor, zero: Element
) throws -> Tensor {
    let shape = Array(parts.shape.dropFirst())
    let count = shape.reduce(1, *)
    let number = parts.size(0)
    let sum = try Tensor.empty(shape, parts.dataType)
    let source = SharedMemory<Element>(start: try parts.start())
    let target = SharedMemory<Element>(start: try sum.start())
    try withExtendedLifetime((parts, sum)) {
        try Engine.parallel(count, grain: 1 << 14) { range in
            for place in range { target.start[place] = zero }
            for part in 0..<number {
                let source = source.start + part * count
                for place in range { target.start[place] += source[place] }
            }
        }
    }
    return sum
}

extension Tensor {
    /// Where the numbers of a dense tensor are; it has to live as long as they are used.
    ///
    /// - Throws: `TorchError`.
    func start<Element: TensorElement>() throws -> UnsafeMutablePointer<Element> {
        try withMemory(of: Element.self) { memory in
            guard let start = memory.baseAddress else {
                throw TorchError.unexpectedResult(operation: "looking at a tensor's memory", text: "it has no numbers")
            }
            return start
        }
    }
}
