/// The variants of a kernel that is compiled once for every instruction set, named as the sets are.
public protocol KernelVariant: RawRepresentable<String>, CaseIterable, Sendable {}

extension KernelVariant {
    /// Whether this processor can run the variant.
    public var isSupported: Bool {
        #if arch(x86_64)
            switch rawValue {
            case "avx2": Processor.hasAVX2
            case "avx512": Processor.hasAVX512
            default: rawValue == "baseline"
            }
        #else
            rawValue == "baseline"
        #endif
    }
}
