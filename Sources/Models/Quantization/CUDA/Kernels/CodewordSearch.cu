// The nearest codewords of vectors in all layers, with all that a training step wants of them, in one pass.
//
// A thread takes a vector. Where RESIDENT is defined all codewords lie in shared memory, rows an odd number of
// floats apart so that threads under different parents meet different banks.

struct Codebooks {
    // [parents, m, D] of each layer.
    const float *layers[LAYERS];
};

#ifdef RESIDENT
constexpr int rowStride = DIMENSION | 1;
#else
constexpr int rowStride = DIMENSION;
#endif

__device__ inline void load(const Element *source, float *values) {
#if DIMENSION % 8 == 0
    for (int start = 0; start < DIMENSION; start += packWidth) {
        Pack pack = *reinterpret_cast<const Pack *>(source + start);
        for (int i = 0; i < packWidth; ++i) values[start + i] = widen(pack.at[i]);
    }
#else
    for (int axis = 0; axis < DIMENSION; ++axis) values[axis] = widen(source[axis]);
#endif
}

__device__ inline void store(const float *values, Element *target) {
#if DIMENSION % 8 == 0
    for (int start = 0; start < DIMENSION; start += packWidth) {
        Pack pack;
        for (int i = 0; i < packWidth; ++i) pack.at[i] = narrow(values[start + i]);
        *reinterpret_cast<Pack *>(target + start) = pack;
    }
#else
    for (int axis = 0; axis < DIMENSION; ++axis) target[axis] = narrow(values[axis]);
#endif
}

__device__ inline void add(float *target, const float *values) {
#if DIMENSION % 4 == 0 && __CUDA_ARCH__ >= 900
    for (int axis = 0; axis < DIMENSION; axis += 4) {
        asm volatile("red.global.add.v4.f32 [%0], {%1, %2, %3, %4};" ::"l"(target + axis), "f"(values[axis]),
                     "f"(values[axis + 1]), "f"(values[axis + 2]), "f"(values[axis + 3])
                     : "memory");
    }
#else
    for (int axis = 0; axis < DIMENSION; ++axis) atomicAdd(target + axis, values[axis]);
#endif
}

// Adds the vectors of a warp to the sums of their codewords. Where many threads have one codeword, as on the background
// of an image, they add up among themselves first: additions to one place wait for each other.
__device__ inline void addToSums(const float *values, int codeword, bool isThere, float *counts, float *sums) {
    unsigned waiting = __ballot_sync(~0u, isThere);
    int lane = threadIdx.x % 32;
    while (waiting) {
        int leader = __ffs(waiting) - 1;
        int chosen = __shfl_sync(~0u, codeword, leader);
        bool isMember = isThere && codeword == chosen;
        unsigned members = __ballot_sync(~0u, isMember) & waiting;
        waiting &= ~members;
        if (__popc(members) >= 6) {
            float total[DIMENSION];
            for (int axis = 0; axis < DIMENSION; ++axis) {
                float value = isMember ? values[axis] : 0;
                for (int distance = 16; distance > 0; distance /= 2) value += __shfl_xor_sync(~0u, value, distance);
                total[axis] = value;
            }
            if (lane == leader) {
                add(sums + static_cast<long long>(chosen) * DIMENSION, total);
                atomicAdd(counts + chosen, static_cast<float>(__popc(members)));
            }
        } else if (isMember) {
            add(sums + static_cast<long long>(chosen) * DIMENSION, values);
            atomicAdd(counts + chosen, 1.0f);
        }
    }
}

// Null outputs are left out.
//
// indices: [n, count]. partialSums: [n, count, D]. quantized: [count, D], e¹ + … + eⁿ. commitment: [count, D],
// weightOfSum · ξⁿ + weight · (ξ¹ + … + ξⁿ). errors: [n + 1], to which errorShare · Σ‖ξⁱ‖² of
// each layer is added, and ½ · weight · Σ‖ξⁱ‖² of all layers with ½ · weightOfSum · Σ‖ξⁿ‖². counts and sums: of a hierarchy how
// many vectors reached each codeword of the last layer, and their sum before any layer; of a flat structure, of all
// layers one after the other, the sum of what entered the layer.
extern "C" __global__ void search(const Element *vectors, const __grid_constant__ Codebooks codebooks, int *indices,
                                  float *partialSums, Element *quantized, Element *commitment, float weight,
                                  float weightOfSum, float errorShare, float *errors, float *counts, float *sums, long long count) {
#ifdef RESIDENT
    extern __shared__ float resident[];
#pragma unroll
    for (int layer = 0; layer < LAYERS; ++layer) {
        float *target = resident + codewordsBefore(layer) * rowStride;
#if DIMENSION % 4 == 0
        const float4 *source = reinterpret_cast<const float4 *>(codebooks.layers[layer]);
#pragma unroll 8
        for (int index = threadIdx.x; index < codewordsOf(layer) * (DIMENSION / 4); index += blockDim.x) {
            float4 four = source[index];
            float *place = target + index / (DIMENSION / 4) * rowStride + index % (DIMENSION / 4) * 4;
            place[0] = four.x;
            place[1] = four.y;
            place[2] = four.z;
            place[3] = four.w;
        }
#else
        for (int index = threadIdx.x; index < codewordsOf(layer) * DIMENSION; index += blockDim.x) {
            target[index / DIMENSION * rowStride + index % DIMENSION] = codebooks.layers[layer][index];
        }
#endif
    }
    __syncthreads();
#endif
    float error[LAYERS] = {};
    // Whole warps go round together: they add up among themselves.
    long long step = static_cast<long long>(gridDim.x) * blockDim.x;
    long long rounds = (count + step - 1) / step;
    for (long long round = 0; round < rounds; ++round) {
        long long row = round * step + blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x;
        bool isThere = row < count;
        float residual[DIMENSION], total[DIMENSION], gradient[DIMENSION];
        const Element *vector = vectors + (isThere ? row : 0) * DIMENSION;
        load(vector, residual);
        for (int axis = 0; axis < DIMENSION; ++axis) {
            total[axis] = 0;
            gradient[axis] = 0;
        }
        int parent = 0;
#pragma unroll
        for (int layer = 0; layer < LAYERS; ++layer) {
            int first = (HIERARCHICAL ? parent : 0) * BRANCHING;
#ifdef RESIDENT
            const float *choices = resident + (codewordsBefore(layer) + first) * rowStride;
#else
            const float *choices = codebooks.layers[layer] + static_cast<long long>(first) * rowStride;
#endif
            float least = __int_as_float(0x7f800000);
            int best = 0;
#pragma unroll 4
            for (int child = 0; child < BRANCHING; ++child) {
                // Sums of their own for even and odd axes: an addition waits for the one before it.
                float even = 0, odd = 0;
                for (int axis = 0; axis < DIMENSION; ++axis) {
                    float difference = residual[axis] - choices[child * rowStride + axis];
                    (axis % 2 ? odd : even) += difference * difference;
                }
                float distance = even + odd;
                if (distance < least) {
                    least = distance;
                    best = child;
                }
            }
            parent = first + best;
            if (!HIERARCHICAL && counts) {
                addToSums(residual, codewordsBefore(layer) + parent, isThere, counts, sums);
            }
            float square = 0;
            for (int axis = 0; axis < DIMENSION; ++axis) {
                float codeword = choices[best * rowStride + axis];
                residual[axis] -= codeword;
                total[axis] += codeword;
                gradient[axis] += residual[axis];
                square += residual[axis] * residual[axis];
                if (partialSums && isThere) partialSums[(layer * count + row) * DIMENSION + axis] = total[axis];
            }
            if (isThere) error[layer] += square;
            if (indices && isThere) indices[layer * count + row] = parent;
        }
        if (isThere && quantized) store(total, quantized + row * DIMENSION);
        if (isThere && commitment) {
            for (int axis = 0; axis < DIMENSION; ++axis) {
                gradient[axis] = weight * gradient[axis] + weightOfSum * residual[axis];
            }
            store(gradient, commitment + row * DIMENSION);
        }
        if (HIERARCHICAL && counts) {
            load(vector, gradient);
            addToSums(gradient, parent, isThere, counts, sums);
        }
    }
    if (!errors) return;
    __shared__ float shared[32];
#pragma unroll
    for (int layer = 0; layer < LAYERS; ++layer) {
        float value = error[layer];
        for (int distance = 16; distance > 0; distance /= 2) value += __shfl_xor_sync(~0u, value, distance);
        if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = value;
        __syncthreads();
        if (threadIdx.x == 0) {
            float sum = 0;
            for (int warp = 0; warp < blockDim.x / 32; ++warp) sum += shared[warp];
            atomicAdd(errors + layer, errorShare * sum);
            atomicAdd(errors + LAYERS, (weight + (layer == LAYERS - 1 ? weightOfSum : 0)) / 2 * sum);
        }
        __syncthreads();
    }
}
