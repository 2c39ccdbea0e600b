import Processors
import ConvolutionKernelAVX2
import ConvolutionKernelAVX512
import ConvolutionKernelPortable
import ConvolutionKernelInterface

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
        case .baseline: ConvolutionKernelPortable.WinogradKernel.self
        case .avx2: ConvolutionKernelAVX2.WinogradKernel.self
        case .avx512: ConvolutionKernelAVX512.WinogradKernel.self
        }
    }
}
