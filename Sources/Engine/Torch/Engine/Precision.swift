import Processors

/// The element type of a model's maps, in which its convolutions run; kernels of ours on a processor compute with maps
/// in bfloat16 in float32.
///
/// Parameters, optimiser, quantizer, codebook statistics and losses are in 32-bit float whatever is chosen.
public enum Precision: String, Sendable, CaseIterable, Codable {
    /// bfloat16 where the hardware computes in it, else float32.
    case auto
    /// IEEE single precision.
    case float32
    /// The upper half of a single: half the memory traffic, and more operations a second where there is hardware for
    /// it. Without such hardware what the engine computes in it takes many times as long as in float32.
    case bfloat16

    /// The element type that the choice means on a device.
    package func resolve(on device: Device) -> DataType {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        case .auto: device.isCUDA || Self.processorHasBFloat16 ? .bfloat16 : .float32
        }
    }

    /// Whether the processor has instructions for products of bfloat16 (AVX512-BF16, AMX, or Arm's BF16).
    package static let processorHasBFloat16 = Processor.hasBFloat16
}
