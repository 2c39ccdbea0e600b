import SearchKernelAVX2
import SearchKernelAVX512
import SearchKernelBaseline

/// The arrays of one search, whichever variant it is for.
typealias SearchArrays = SearchKernelBaseline.SearchArrays

extension SearchKernel {
    /// The kernel's work on a range of vectors. The variants are one source in three modules, whose types are alike and
    /// not the same.
    func search(_ arrays: SearchArrays, _ structure: CodebookStructure) -> @Sendable (Range<Int>) -> Void {
        let isFlat = structure == .flat
        switch self {
        case .baseline:
            if isFlat { return { SearchKernelBaseline.searchFlat(arrays, $0) } }
            return { SearchKernelBaseline.searchHierarchy(arrays, $0) }
        case .avx2:
            let arrays = SearchKernelAVX2.SearchArrays(
                vectors: arrays.vectors, transposed: arrays.transposed, offsets: arrays.offsets,
                codewords: arrays.codewords, indices: arrays.indices, sums: arrays.sums,
                hasPartialSums: arrays.hasPartialSums, count: arrays.count, dimension: arrays.dimension,
                layers: arrays.layers, branching: arrays.branching, lanes: arrays.lanes)
            if isFlat { return { SearchKernelAVX2.searchFlat(arrays, $0) } }
            return { SearchKernelAVX2.searchHierarchy(arrays, $0) }
        case .avx512:
            let arrays = SearchKernelAVX512.SearchArrays(
                vectors: arrays.vectors, transposed: arrays.transposed, offsets: arrays.offsets,
                codewords: arrays.codewords, indices: arrays.indices, sums: arrays.sums,
                hasPartialSums: arrays.hasPartialSums, count: arrays.count, dimension: arrays.dimension,
                layers: arrays.layers, branching: arrays.branching, lanes: arrays.lanes)
            if isFlat { return { SearchKernelAVX512.searchFlat(arrays, $0) } }
            return { SearchKernelAVX512.searchHierarchy(arrays, $0) }
        }
    }
}
