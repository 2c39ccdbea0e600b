// How many codewords the layers have. LAYERS, BRANCHING and DIMENSION are n, m and D; HIERARCHICAL says whether a codeword
// names the codebook of the next layer. It goes before the kernels of quantizers.

__device__ constexpr int codewordsOf(int layer) {
    int count = BRANCHING;
    if (HIERARCHICAL) {
        for (int i = 0; i < layer; ++i) count *= BRANCHING;
    }
    return count;
}

__device__ constexpr int codewordsBefore(int layer) {
    int count = 0;
    for (int i = 0; i < layer; ++i) count += codewordsOf(i);
    return count;
}
