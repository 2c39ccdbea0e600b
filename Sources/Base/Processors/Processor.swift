import CProcessor

/// What the processor can do, as the operating system allows it to be used.
package enum Processor {
    /// All of x86-64-v3.
    package static let hasAVX2 = hrvq_has_avx2() != 0
    /// All of x86-64-v4.
    package static let hasAVX512 = hrvq_has_avx512() != 0
    /// Instructions for products of bfloat16 (AVX512-BF16, AMX, or Arm's BF16).
    package static let hasBFloat16 = hrvq_has_bfloat16() != 0
    /// Instructions for products of whole tiles of bfloat16 (AMX).
    package static let hasTileProducts = hrvq_has_bfloat16_tiles() != 0

    /// Whether `FeatureMapKernelsBFloat16` runs: on x86-64 it is compiled for AVX-512.
    package static var runsBFloat16Kernels: Bool {
        #if arch(x86_64)
            hasAVX512
        #else
            true
        #endif
    }
}
