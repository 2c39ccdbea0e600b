import Foundation

/// What the processor can do, as the operating system allows it to be used.
package enum Processor {
    /// All of x86-64-v3.
    package static let hasAVX2 = supports(levelThree)
    /// All of x86-64-v4.
    package static let hasAVX512 = supports(levelThree + ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"])

    /// All that x86-64-v3 lets a compiler use beyond the baseline; a virtual machine may mask any of it.
    private static let levelThree = [
        "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "sse4_1", "sse4_2", "ssse3", "popcnt", "xsave",
    ]

    /// Instructions for products of bfloat16 (AVX512-BF16, AMX, or Arm's BF16).
    package static let hasBFloat16 = !flags.isDisjoint(with: ["avx512_bf16", "amx_bf16", "bf16"])

    /// Whether `FeatureMapKernelsBFloat16` run: on x86-64 they are compiled for AVX-512.
    package static var runsBFloat16Kernels: Bool {
        #if arch(x86_64)
            hasAVX512
        #else
            true
        #endif
    }

    /// Instructions for products of whole tiles of bfloat16 (AMX).
    package static let hasTileProducts = flags.contains("amx_bf16")

    private static func supports(_ needed: [String]) -> Bool { flags.isSuperset(of: needed) }

    /// As Linux lists them; elsewhere none is known, and the baseline runs.
    private static let flags: Set<String> = {
        guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") || $0.hasPrefix("Features") })
        else { return [] }
        return Set(line.split(separator: " ").map(String.init))
    }()
}
