// The passes over memory that stand between convolutions. Maps are [rows, channels], the channels varying fastest and a
// multiple of a pack.

// value ← value + bias (+ other), then max(·, 0) where that is asked for; rectified ← max(value, 0) where it is wanted.
extern "C" __global__ void finish(Element *value, const float *bias, const Element *other, Element *rectified, int relu,
                                  long long packs, int channels) {
    long long step = static_cast<long long>(gridDim.x) * blockDim.x;
    for (long long index = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x; index < packs; index += step) {
        int channel = static_cast<int>(index % (channels / packWidth)) * packWidth;
        Pack pack = reinterpret_cast<const Pack *>(value)[index];
        Pack added, positive;
        if (other) added = reinterpret_cast<const Pack *>(other)[index];
        for (int i = 0; i < packWidth; ++i) {
            float number = widen(pack.at[i]) + bias[channel + i];
            if (other) number += widen(added.at[i]);
            if (relu) number = rectify(number);
            pack.at[i] = narrow(number);
            positive.at[i] = narrow(rectify(number));
        }
        reinterpret_cast<Pack *>(value)[index] = pack;
        if (rectified) reinterpret_cast<Pack *>(rectified)[index] = positive;
    }
}

// result ← (value > 0 ? gradient : 0) (+ other). partials [blocks, channels] become sums of rows of what is added, or of the
// masked gradient where nothing is; who needs the whole sum adds them up. Without `value` nothing is masked. `result` may
// be `gradient`, or null where the sums alone are wanted. 256 threads, at most 256 packs of channels.
extern "C" __global__ void passGradient(const Element *gradient, Element *result, const Element *value,
                                        const Element *other, float *partials, int rows, int channels) {
    __shared__ float shared[256 * packWidth];
    int packs = channels / packWidth;
    int groups = blockDim.x / packs;
    int group = threadIdx.x / packs;
    int pack = threadIdx.x % packs;
    float total[packWidth] = {};
    if (group < groups) {
#pragma unroll 2
        for (int row = blockIdx.x * groups + group; row < rows; row += gridDim.x * groups) {
            long long place = static_cast<long long>(row) * packs + pack;
            Pack found = reinterpret_cast<const Pack *>(gradient)[place];
            Pack mask, added;
            if (value) mask = reinterpret_cast<const Pack *>(value)[place];
            if (other) added = reinterpret_cast<const Pack *>(other)[place];
#pragma unroll
            for (int i = 0; i < packWidth; ++i) {
                float number = widen(found.at[i]);
                if (value) number = widen(mask.at[i]) > 0 ? number : 0;
                float summed = other ? widen(added.at[i]) : number;
                total[i] += summed;
                found.at[i] = narrow(other ? number + summed : number);
            }
            if (result) reinterpret_cast<Pack *>(result)[place] = found;
        }
    }
    // A warp's threads of one pack first, where packs divide warps.
    bool isEven = 32 % packs == 0;
    int lines = isEven ? blockDim.x / 32 : groups;
    for (int i = 0; isEven && i < packWidth; ++i) {
        for (int distance = 16; distance >= packs; distance /= 2) {
            total[i] += __shfl_xor_sync(~0u, total[i], distance);
        }
    }
    int line = isEven ? threadIdx.x / 32 : group;
    if (isEven ? threadIdx.x % 32 < packs : group < groups) {
        for (int i = 0; i < packWidth; ++i) shared[line * channels + pack * packWidth + i] = total[i];
    }
    __syncthreads();
    for (int channel = threadIdx.x; channel < channels; channel += blockDim.x) {
        float sum = 0;
        for (int next = 0; next < lines; ++next) sum += shared[next * channels + channel];
        partials[static_cast<long long>(blockIdx.x) * channels + channel] = sum;
    }
}

// result ← map · factor[0].
extern "C" __global__ void scale(const Element *map, Element *result, const float *factor, long long packs) {
    float scale = *factor;
    long long step = static_cast<long long>(gridDim.x) * blockDim.x;
    for (long long index = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x; index < packs; index += step) {
        Pack pack = reinterpret_cast<const Pack *>(map)[index];
#pragma unroll
        for (int i = 0; i < packWidth; ++i) pack.at[i] = narrow(widen(pack.at[i]) * scale);
        reinterpret_cast<Pack *>(result)[index] = pack;
    }
}
