import EntropyKernelAVX2
import EntropyKernelAVX512
import EntropyKernelPortable
import EntropyKernelInterface
import Processors

/// The variants of the kernel that codes rows, and which of them this processor takes. All give the same bytes.
package enum CodingKernel: String, KernelVariant {
    /// The least that every processor of the architecture has (SSE2, NEON).
    case baseline
    /// x86-64-v3: AVX2.
    case avx2
    /// x86-64-v4: AVX-512.
    case avx512

    /// The best variant of this processor.
    package static let best: CodingKernel = allCases.last(where: \.isSupported) ?? .baseline

    /// What it does with rows.
    var rows: any RowKernel.Type {
        switch self {
        case .baseline: EntropyKernelPortable.EntropyKernel.self
        case .avx2: EntropyKernelAVX2.EntropyKernel.self
        case .avx512: EntropyKernelAVX512.EntropyKernel.self
        }
    }
}
