import SearchKernelAVX2
import SearchKernelAVX512
import SearchKernelBaseline

/// The variants of the search kernel, and which of them this processor takes.
public enum SearchKernel: String, Sendable, CaseIterable {
    /// The least that every processor of the architecture has (SSE2, NEON).
    case baseline
    /// x86-64-v3: AVX2.
    case avx2
    /// x86-64-v4: AVX-512.
    case avx512

    /// Whether this processor can run the variant.
    public var isSupported: Bool {
        #if arch(x86_64)
            switch self {
            case .baseline: true
            case .avx2: Processor.hasAVX2
            case .avx512: Processor.hasAVX512
            }
        #else
            self == .baseline
        #endif
    }

    /// The best variant of this processor.
    public static let best: SearchKernel = allCases.last(where: \.isSupported) ?? .baseline
}
