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

    /// As Linux lists the flags; elsewhere none is known, and the baseline runs.
    private static func supports(_ needed: [String]) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") })
        else { return false }
        let flags = Set(line.split(separator: " ").map(String.init))
        return needed.allSatisfy(flags.contains)
    }
}
