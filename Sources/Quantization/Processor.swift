import Foundation
import Torch

/// What the processor can do, as the operating system allows it to be used.
enum Processor {
    static let hasAVX2 = supports(["avx2", "fma", "bmi2"])
    static let hasAVX512 = supports(["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"])

    /// Linux lists the flags; elsewhere LibTorch's own detection is asked.
    private static func supports(_ needed: [String]) -> Bool {
        if let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") })
        {
            let flags = Set(line.split(separator: " ").map(String.init))
            return needed.allSatisfy(flags.contains)
        }
        let capability = Engine.processorCapability
        return capability == "AVX512" || (capability == "AVX2" && !needed.contains("avx512f"))
    }
}
