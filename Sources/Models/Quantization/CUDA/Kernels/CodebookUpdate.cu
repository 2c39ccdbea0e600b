// The moving averages of codebooks from what a search added up. Two kernels one after the other: the codewords of a layer
// say what entered the next one, so none may move before all sums are known.

struct Layers {
    // [parents, m, D], N [codewords], S [codewords, D], steps without use [codewords].
    float *codebooks[LAYERS];
    float *counts[LAYERS];
    float *sums[LAYERS];
    int *unused[LAYERS];
};

// How many of the places that a search adds to belong to a codeword, and the first of them.
__device__ inline int placesOf(int layer) {
    return HIERARCHICAL ? codewordsOf(LAYERS - 1) / codewordsOf(layer) : 1;
}

__device__ inline int firstPlace(int layer, int codeword) {
    return HIERARCHICAL ? codeword * placesOf(layer) : codewordsBefore(layer) + codeword;
}

// blockIdx.y names the layer. S takes this step's sums in, and `means` [codewords of all layers, D] become the codewords.
// added and addedSums: as the search left them.
extern "C" __global__ void average(const __grid_constant__ Layers layers, const float *added, const float *addedSums,
                                   float *means, int *dead, float decay, float leastCount) {
    int layer = blockIdx.y;
    if (layer == 0 && blockIdx.x == 0 && threadIdx.x == 0) *dead = 0;
    int index = blockIdx.x * blockDim.x + threadIdx.x;
    if (index >= codewordsOf(layer) * DIMENSION) return;
    int codeword = index / DIMENSION;
    int axis = index % DIMENSION;
    int places = placesOf(layer);
    int first = firstPlace(layer, codeword);
    float count = 0, sum = 0;
#pragma unroll 8
    for (int place = first; place < first + places; ++place) {
        count += added[place];
        sum += addedSums[place * DIMENSION + axis];
    }
    if (HIERARCHICAL) {
        // What entered the layer is the vector less its ancestors' codewords.
        int ancestor = codeword / BRANCHING;
        for (int upper = layer - 1; upper >= 0; --upper) {
            sum -= count * layers.codebooks[upper][ancestor * DIMENSION + axis];
            ancestor /= BRANCHING;
        }
    }
    float number = decay * layers.counts[layer][codeword] + (1 - decay) * count;
    float mean = decay * layers.sums[layer][index] + (1 - decay) * sum;
    layers.sums[layer][index] = mean;
    means[codewordsBefore(layer) * DIMENSION + index] =
        number > leastCount ? mean / number : layers.codebooks[layer][index];
}

// blockIdx.y names the layer. The codewords become `means`, unless that is null; N takes this step's counts in, usage
// [codewords of all layers] has them added. dead: how many codewords went `limit` steps or more without a vector.
extern "C" __global__ void publish(const __grid_constant__ Layers layers, const float *added, const float *means,
                                   long long *usage, int *dead, float decay, int limit) {
    int layer = blockIdx.y;
    int index = blockIdx.x * blockDim.x + threadIdx.x;
    if (index >= codewordsOf(layer) * DIMENSION) return;
    if (means) layers.codebooks[layer][index] = means[codewordsBefore(layer) * DIMENSION + index];
    if (index % DIMENSION != 0) return;
    int codeword = index / DIMENSION;
    int places = placesOf(layer);
    int first = firstPlace(layer, codeword);
    float count = 0;
#pragma unroll 8
    for (int place = first; place < first + places; ++place) count += added[place];
    if (means) layers.counts[layer][codeword] = decay * layers.counts[layer][codeword] + (1 - decay) * count;
    usage[codewordsBefore(layer) + codeword] += static_cast<long long>(count);
    int idle = count > 0 ? 0 : layers.unused[layer][codeword] + 1;
    layers.unused[layer][codeword] = idle;
    if (limit > 0 && idle >= limit) atomicAdd(dead, 1);
}
