import Processors
import WinogradKernelAVX2
import WinogradKernelAVX512
import WinogradKernelBaseline
import WinogradKernelTypes

/// The variants of the kernel for convolutions with fewer products, and which of them this processor takes.
package enum WinogradVariant: String, KernelVariant {
    /// The least that every processor of the architecture has (SSE2, NEON).
    case baseline
    /// x86-64-v3: AVX2.
    case avx2
    /// x86-64-v4: AVX-512.
    case avx512

    /// The best variant of this processor, if it is faster than the engine's own convolution.
    package static let best: WinogradVariant? = allCases.last { $0.isSupported && $0.kernel.isVectorized }

    /// What the variant computes with.
    var kernel: any TileKernel.Type {
        switch self {
        case .baseline: WinogradKernelBaseline.WinogradKernel.self
        case .avx2: WinogradKernelAVX2.WinogradKernel.self
        case .avx512: WinogradKernelAVX512.WinogradKernel.self
        }
    }
}
