import EntropyKernelAVX2
import EntropyKernelAVX512
import EntropyKernelInterface
import EntropyKernelPortable
import Processors

extension KernelVariant {
    /// The coding of rows. All variants give the same bytes.
    var entropyRows: any RowKernel.Type {
        switch self {
        case .portable: EntropyKernelPortable.EntropyKernel.self
        case .avx2: EntropyKernelAVX2.EntropyKernel.self
        case .avx512: EntropyKernelAVX512.EntropyKernel.self
        }
    }
}
