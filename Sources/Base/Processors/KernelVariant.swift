/// A variant of the kernels in `Sources/Kernels`, each of which is one source that is compiled once for every instruction
/// set.
///
/// The module that calls a kernel extends this by what the variant computes with: the variants are separate modules, so
/// their types differ.
package enum KernelVariant: String, CaseIterable, Sendable {
    /// The least that every processor of the architecture has (SSE2, NEON).
    case portable
    /// x86-64-v3: AVX2 and FMA.
    case avx2
    /// x86-64-v4: AVX-512.
    case avx512

    /// Whether this processor can run it.
    package var isSupported: Bool {
        switch self {
        case .portable: true
        case .avx2: Processor.hasAVX2
        case .avx512: Processor.hasAVX512
        }
    }

    /// The best variant of this processor.
    package static let best: KernelVariant = allCases.last(where: \.isSupported) ?? .portable
}
