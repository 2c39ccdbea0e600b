import CTorch
import Foundation

/// Numbers that kernels count their finished blocks with, 0 before and after each kernel: one a stream, as the kernels of
/// a stream run one after the other.
enum DeviceCounter {
    private static let counters = Counters()

    /// The present stream's, int32 [1].
    static func tensor() throws -> Tensor { try counters.tensor(of: ct_cuda_current_stream()) }

    private final class Counters: @unchecked Sendable {
        private let lock = NSLock()
        private var tensors: [Int64: Tensor] = [:]

        func tensor(of stream: Int64) throws -> Tensor {
            try lock.withLock {
                if let tensor = tensors[stream] { return tensor }
                let made = try Tensor.zeros([1], .int32, device: .cuda)
                tensors[stream] = made
                return made
            }
        }
    }
}
