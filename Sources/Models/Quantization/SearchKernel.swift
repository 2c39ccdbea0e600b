import Processors
import SearchKernelAVX2
import SearchKernelAVX512
import SearchKernelPortable

/// The variants of the search kernel, and which of them this processor takes.
public enum SearchKernel: String, KernelVariant {
    /// The least that every processor of the architecture has (SSE2, NEON).
    case baseline
    /// x86-64-v3: AVX2.
    case avx2
    /// x86-64-v4: AVX-512.
    case avx512

    /// Whether it has a search in integers. That is where the compiler declares the instructions, and not in packages that
    /// depend on a version of this one, as every variant is the baseline there.
    var searchesIntegers: Bool {
        switch self {
        case .baseline: SearchKernelPortable.searchesIntegers
        case .avx2: SearchKernelAVX2.searchesIntegers
        case .avx512: SearchKernelAVX512.searchesIntegers
        }
    }

    /// The best variant of this processor.
    public static let best: SearchKernel = allCases.last(where: \.isSupported) ?? .baseline
}
