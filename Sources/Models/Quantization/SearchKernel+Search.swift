import SearchKernelAVX2
import SearchKernelAVX512
import SearchKernelPortable
import SearchKernelInterface

extension SearchKernel {
    /// The kernel's work on a range of vectors. The variants are one source in three modules.
    func search(_ arrays: SearchArrays, _ structure: CodebookStructure) -> @Sendable (Range<Int>) -> Void {
        precondition(isSupported, "this processor cannot run the search kernel '\(self)'")
        return switch (self, structure) {
        case (.baseline, .hierarchical): { SearchKernelPortable.searchHierarchy(arrays, $0) }
        case (.baseline, .flat): { SearchKernelPortable.searchFlat(arrays, $0) }
        case (.avx2, .hierarchical): { SearchKernelAVX2.searchHierarchy(arrays, $0) }
        case (.avx2, .flat): { SearchKernelAVX2.searchFlat(arrays, $0) }
        case (.avx512, .hierarchical): { SearchKernelAVX512.searchHierarchy(arrays, $0) }
        case (.avx512, .flat): { SearchKernelAVX512.searchFlat(arrays, $0) }
        }
    }
}
