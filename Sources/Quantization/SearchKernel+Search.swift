import SearchKernelAVX2
import SearchKernelAVX512
import SearchKernelBaseline

/// The arrays of one search, as every variant of both kernels takes them.
struct SearchArrays: @unchecked Sendable {
    var vectors: UnsafePointer<Float>
    var transposed: UnsafePointer<UnsafePointer<Float>>
    var offsets: UnsafePointer<UnsafePointer<Float>>
    var codewords: UnsafePointer<UnsafePointer<Float>>
    var indices: UnsafeMutablePointer<Int32>
    var sums: UnsafeMutablePointer<Float>?
    var hasPartialSums: Bool
    var count: Int
    var dimension: Int
    var layers: Int
    var branching: Int
    var lanes: Int
}

extension SearchKernel {
    /// The kernel's work on a range of vectors. The variants are one source in three modules, whose types differ in
    /// name alone.
    func search(_ arrays: SearchArrays, _ structure: CodebookStructure) -> @Sendable (Range<Int>) -> Void {
        switch (self, structure) {
        case (.baseline, .hierarchical):
            let arrays = SearchKernelBaseline.HierarchicalSearchArrays(
                vectors: arrays.vectors, transposed: arrays.transposed, offsets: arrays.offsets,
                codewords: arrays.codewords, indices: arrays.indices, sums: arrays.sums,
                hasPartialSums: arrays.hasPartialSums, count: arrays.count, dimension: arrays.dimension,
                layers: arrays.layers, branching: arrays.branching, lanes: arrays.lanes)
            return { SearchKernelBaseline.searchHierarchy(arrays, $0) }
        case (.avx2, .hierarchical):
            let arrays = SearchKernelAVX2.HierarchicalSearchArrays(
                vectors: arrays.vectors, transposed: arrays.transposed, offsets: arrays.offsets,
                codewords: arrays.codewords, indices: arrays.indices, sums: arrays.sums,
                hasPartialSums: arrays.hasPartialSums, count: arrays.count, dimension: arrays.dimension,
                layers: arrays.layers, branching: arrays.branching, lanes: arrays.lanes)
            return { SearchKernelAVX2.searchHierarchy(arrays, $0) }
        case (.avx512, .hierarchical):
            let arrays = SearchKernelAVX512.HierarchicalSearchArrays(
                vectors: arrays.vectors, transposed: arrays.transposed, offsets: arrays.offsets,
                codewords: arrays.codewords, indices: arrays.indices, sums: arrays.sums,
                hasPartialSums: arrays.hasPartialSums, count: arrays.count, dimension: arrays.dimension,
                layers: arrays.layers, branching: arrays.branching, lanes: arrays.lanes)
            return { SearchKernelAVX512.searchHierarchy(arrays, $0) }
        case (.baseline, .flat):
            let arrays = SearchKernelBaseline.FlatSearchArrays(
                vectors: arrays.vectors, transposed: arrays.transposed, offsets: arrays.offsets,
                codewords: arrays.codewords, indices: arrays.indices, sums: arrays.sums,
                hasPartialSums: arrays.hasPartialSums, count: arrays.count, dimension: arrays.dimension,
                layers: arrays.layers, blocks: arrays.lanes / 16)
            return { SearchKernelBaseline.searchFlat(arrays, $0) }
        case (.avx2, .flat):
            let arrays = SearchKernelAVX2.FlatSearchArrays(
                vectors: arrays.vectors, transposed: arrays.transposed, offsets: arrays.offsets,
                codewords: arrays.codewords, indices: arrays.indices, sums: arrays.sums,
                hasPartialSums: arrays.hasPartialSums, count: arrays.count, dimension: arrays.dimension,
                layers: arrays.layers, blocks: arrays.lanes / 16)
            return { SearchKernelAVX2.searchFlat(arrays, $0) }
        case (.avx512, .flat):
            let arrays = SearchKernelAVX512.FlatSearchArrays(
                vectors: arrays.vectors, transposed: arrays.transposed, offsets: arrays.offsets,
                codewords: arrays.codewords, indices: arrays.indices, sums: arrays.sums,
                hasPartialSums: arrays.hasPartialSums, count: arrays.count, dimension: arrays.dimension,
                layers: arrays.layers, blocks: arrays.lanes / 16)
            return { SearchKernelAVX512.searchFlat(arrays, $0) }
        }
    }
}
