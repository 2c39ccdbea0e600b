import Foundation
import HRVQ

/// What a unit of work takes where each product is computed once and each number read and written once.
///
/// Algorithms that need fewer products than the definition has, such as Winograd's for convolutions, could do with less.
struct WorkBound {
    /// Multiplications and additions.
    var operations: Double
    /// Bytes read and written.
    var bytes = 0.0
    /// What the operations are done in.
    var type: DataType
}

/// What the machine can do at most, measured.
struct MachinePeak {
    /// Operations a second in a product of matrices.
    var operations: Double
    /// Bytes a second of a copy in memory, read and written.
    var bytes: Double

    /// Measures with all threads; the best of a few tries, as anything else on the machine only takes away.
    ///
    /// - Throws: `TorchError`.
    static func measure(_ type: DataType, on device: Device = .cpu) throws -> MachinePeak {
        // A GPU is filled by larger ones.
        let side = device == .cpu ? 1536 : 8192
        let generator = try Generator(seed: 1)
        let left = try Tensor.normal([side, side], generator: generator).to(device).to(type)
        let right = try Tensor.normal([side, side], generator: generator).to(device).to(type)
        let product = try fastest(tries: 5, on: device) { _ = try left.matmul(right) }
        // Far more than any cache holds.
        let source = try Tensor.zeros([1 << (device == .cpu ? 26 : 30)], device: device)
        let target = try Tensor.zeros(source.shape, device: device)
        let copy = try fastest(tries: 5, on: device) { try target.copyInPlace(from: source) }
        return MachinePeak(
            operations: 2 * pow(Double(side), 3) / product, bytes: 2 * Double(4 * source.count) / copy)
    }

    /// Units a second at the speed of a product of matrices, or of a copy, whichever takes longer.
    func limit(_ bound: WorkBound) -> Double {
        1 / max(bound.operations / operations, bound.bytes / bytes)
    }

    private static func fastest(tries: Int, on device: Device, _ body: () throws -> Void) throws -> Double {
        var best = Double.infinity
        for _ in 0..<tries {
            if device != .cpu { try Engine.synchronizeCUDA() }
            let start = ProcessInfo.processInfo.systemUptime
            try body()
            if device != .cpu { try Engine.synchronizeCUDA() }
            best = min(best, ProcessInfo.processInfo.systemUptime - start)
        }
        return best
    }
}
