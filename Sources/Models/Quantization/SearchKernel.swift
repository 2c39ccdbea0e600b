import Processors
import SearchKernelAVX2
import SearchKernelAVX512
import SearchKernelInterface
import SearchKernelPortable

extension KernelVariant {
    /// Whether the search can be in integers. That is where the compiler declares the instructions, and not in packages that
    /// depend on a version of this one, as every variant is the portable one there.
    package var searchesIntegers: Bool {
        switch self {
        case .portable: SearchKernelPortable.searchesIntegers
        case .avx2: SearchKernelAVX2.searchesIntegers
        case .avx512: SearchKernelAVX512.searchesIntegers
        }
    }

    /// The search for the nearest codewords of a range of vectors.
    func search(_ arrays: SearchArrays, _ structure: CodebookStructure) -> @Sendable (Range<Int>) -> Void {
        precondition(isSupported, "this processor cannot run the search kernel '\(self)'")
        return switch (self, structure) {
        case (.portable, .hierarchical): { SearchKernelPortable.searchHierarchy(arrays, $0) }
        case (.portable, .flat): { SearchKernelPortable.searchFlat(arrays, $0) }
        case (.avx2, .hierarchical): { SearchKernelAVX2.searchHierarchy(arrays, $0) }
        case (.avx2, .flat): { SearchKernelAVX2.searchFlat(arrays, $0) }
        case (.avx512, .hierarchical): { SearchKernelAVX512.searchHierarchy(arrays, $0) }
        case (.avx512, .flat): { SearchKernelAVX512.searchFlat(arrays, $0) }
        }
    }
}
