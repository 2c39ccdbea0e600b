import ConvolutionKernelAVX2
import ConvolutionKernelAVX512
import ConvolutionKernelInterface
import ConvolutionKernelPortable
import Processors

extension KernelVariant {
    /// The best variant of this processor for convolutions, if it is faster than the engine's own.
    package static let bestForConvolutions: KernelVariant? = allCases.last {
        $0.isSupported && $0.convolution.isVectorized
    }

    /// The convolutions with fewer products.
    var convolution: any TileKernel.Type {
        switch self {
        case .portable: ConvolutionKernelPortable.WinogradKernel.self
        case .avx2: ConvolutionKernelAVX2.WinogradKernel.self
        case .avx512: ConvolutionKernelAVX512.WinogradKernel.self
        }
    }
}
