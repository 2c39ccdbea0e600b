// The mean squared error of a reconstruction with its gradient, in one pass.

// gradient ← (value − target) · 2 / count, and *error ← Σ (value − target)² / count. Each block leaves a sum in
// `partials`, the last one to finish adds them up; `counter` is 0 before and after.
extern "C" __global__ void squaredError(const Element *value, const float *target, Element *gradient, float *error,
                                        float *partials, unsigned *counter, long long count) {
    __shared__ float shared[32];
    __shared__ bool isLast;
    float share = 1.0f / count;
    float total = 0;
    long long step = static_cast<long long>(gridDim.x) * blockDim.x * packWidth;
    long long start = (blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x) * packWidth;
    for (long long first = start; first < count; first += step) {
        if (first + packWidth <= count) {
            Pack pack = *reinterpret_cast<const Pack *>(value + first);
            float wanted[packWidth];
            for (int i = 0; i < packWidth; i += 4) {
                float4 four = *reinterpret_cast<const float4 *>(target + first + i);
                wanted[i] = four.x;
                wanted[i + 1] = four.y;
                wanted[i + 2] = four.z;
                wanted[i + 3] = four.w;
            }
            for (int i = 0; i < packWidth; ++i) {
                float difference = widen(pack.at[i]) - wanted[i];
                total += difference * difference;
                pack.at[i] = narrow(2 * share * difference);
            }
            *reinterpret_cast<Pack *>(gradient + first) = pack;
        } else {
            for (long long index = first; index < count; ++index) {
                float difference = widen(value[index]) - target[index];
                total += difference * difference;
                gradient[index] = narrow(2 * share * difference);
            }
        }
    }
    auto sumOfBlock = [&](float sum) {
        for (int distance = 16; distance > 0; distance /= 2) sum += __shfl_xor_sync(~0u, sum, distance);
        __syncthreads();
        if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = sum;
        __syncthreads();
        sum = 0;
        for (int warp = 0; warp < blockDim.x / 32; ++warp) sum += shared[warp];
        return sum;
    };
    float sum = sumOfBlock(total);
    if (threadIdx.x == 0) {
        partials[blockIdx.x] = sum;
        __threadfence();
        isLast = atomicAdd(counter, 1) == gridDim.x - 1;
    }
    __syncthreads();
    if (!isLast) return;
    __threadfence();
    float all = 0;
    for (int block = threadIdx.x; block < gridDim.x; block += blockDim.x) all += __ldcg(partials + block);
    all = sumOfBlock(all);
    if (threadIdx.x == 0) {
        *error = all * share;
        *counter = 0;
    }
}
