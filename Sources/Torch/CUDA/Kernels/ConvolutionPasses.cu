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

// result ← (value > 0 ? gradient : 0) (+ other), and sums[channel] ← Σ over rows of what is added, or of the masked
// gradient where nothing is. Without `value` nothing is masked. `result` may be `gradient`, or null where the sums alone
// are wanted.
//
// Each block sums rows of its own into `partials` [blocks, channels]; the last one to finish adds those up, so that the
// sums do not depend on the order in which blocks run. `counter` is 0 before and after. 256 threads, at most 256 packs
// of channels.
extern "C" __global__ void passGradient(const Element *gradient, Element *result, const Element *value,
                                        const Element *other, float *sums, float *partials, unsigned *counter, int rows,
                                        int channels) {
    __shared__ float shared[256 * packWidth];
    __shared__ bool isLast;
    int packs = channels / packWidth;
    int groups = blockDim.x / packs;
    int group = threadIdx.x / packs;
    int pack = threadIdx.x % packs;
    float total[packWidth] = {};
    if (group < groups) {
        // Several rows are on their way at a time: each waits long for its memory.
        constexpr int ahead = 4;
        int step = gridDim.x * groups;
        for (int first = blockIdx.x * groups + group; first < rows; first += ahead * step) {
            Pack found[ahead], mask[ahead], added[ahead];
#pragma unroll
            for (int next = 0; next < ahead; ++next) {
                if (first + next * step >= rows) continue;
                long long place = static_cast<long long>(first + next * step) * packs + pack;
                found[next] = reinterpret_cast<const Pack *>(gradient)[place];
                if (value) mask[next] = reinterpret_cast<const Pack *>(value)[place];
                if (other) added[next] = reinterpret_cast<const Pack *>(other)[place];
            }
#pragma unroll
            for (int next = 0; next < ahead; ++next) {
                if (first + next * step >= rows) continue;
                for (int i = 0; i < packWidth; ++i) {
                    float number = widen(found[next].at[i]);
                    if (value) number = widen(mask[next].at[i]) > 0 ? number : 0;
                    float summed = other ? widen(added[next].at[i]) : number;
                    total[i] += summed;
                    found[next].at[i] = narrow(other ? number + summed : number);
                }
                long long place = static_cast<long long>(first + next * step) * packs + pack;
                if (result) reinterpret_cast<Pack *>(result)[place] = found[next];
            }
        }
    }
    for (int i = 0; i < packWidth; ++i) shared[threadIdx.x * packWidth + i] = total[i];
    __syncthreads();
    for (int channel = threadIdx.x; channel < channels; channel += blockDim.x) {
        float sum = 0;
        for (int other = 0; other < groups; ++other) sum += shared[other * channels + channel];
        partials[static_cast<long long>(blockIdx.x) * channels + channel] = sum;
    }
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) isLast = atomicAdd(counter, 1) == gridDim.x - 1;
    __syncthreads();
    if (!isLast) return;
    __threadfence();
    // All threads share the blocks' sums, each channel by as many of them as there are.
    int lines = max(1, static_cast<int>(blockDim.x) / channels);
    for (int start = 0; start < channels; start += blockDim.x) {
        int channel = start + static_cast<int>(threadIdx.x) % min(channels, static_cast<int>(blockDim.x));
        int line = channels < blockDim.x ? threadIdx.x / channels : 0;
        float sum = 0;
        if (line < lines && channel < channels) {
#pragma unroll 8
            for (int block = line; block < gridDim.x; block += lines) {
                sum += __ldcg(partials + static_cast<long long>(block) * channels + channel);
            }
        }
        __syncthreads();
        shared[threadIdx.x] = sum;
        __syncthreads();
        if (line == 0 && channel < channels) {
            for (int next = 1; next < lines; ++next) sum += shared[next * channels + channel];
            sums[channel] = sum;
        }
    }
    if (threadIdx.x == 0) *counter = 0;
}

// The 4×4 patches of stride 2 and padding 1 of images with few channels: a convolution of them is a product of matrices.
// A thread takes a line of a patch.
//
// image: [images, 2·height, 2·width, channels]. patches: [images, height, width, 4, 4, channels]. lines: images · height ·
// width · 4.
extern "C" __global__ void patches(const Element *image, Element *patches, int lines, int height, int width, int channels) {
    for (int index = blockIdx.x * blockDim.x + threadIdx.x; index < lines; index += gridDim.x * blockDim.x) {
        int line = index % 4;
        int column = index / 4 % width;
        int row = index / 4 / width;
        int y = row % height * 2 - 1 + line;
        long long picture = row / height;
        const Element *source = image + ((picture * 2 * height + y) * 2 * width + 2 * column - 1) * channels;
        Element *target = patches + static_cast<long long>(index) * 4 * channels;
        bool isInside = y >= 0 && y < 2 * height;
        // The first and the last pixel of a line lie outside at the sides.
        int first = column == 0 ? channels : 0;
        int end = column == width - 1 ? 3 * channels : 4 * channels;
#pragma unroll 4
        for (int i = 0; i < 4 * channels; ++i) target[i] = isInside && i >= first && i < end ? source[i] : Element(0);
    }
}

// The other way: adds up what 4×4 patches give to the images that they overlap in, and a bias where there is one.
//
//     image[n, 2i − 1 + k, 2j − 1 + l, c] = bias[c] + Σ patches[n, i, j, k, l, c]        k, l = 0 … 3
extern "C" __global__ void overlap(const Element *patches, const float *bias, Element *image, int count, int height,
                                   int width, int channels) {
    for (int index = blockIdx.x * blockDim.x + threadIdx.x; index < count; index += gridDim.x * blockDim.x) {
        int channel = index % channels;
        int x = index / channels % (2 * width);
        int line = index / channels / (2 * width);
        int y = line % (2 * height);
        int picture = line / (2 * height);
        float sum = bias ? bias[channel] : 0;
#pragma unroll
        for (int down = 0; down < 2; ++down) {
            // Of an even line 2i: row 1 of i and row 3 of i − 1; of an odd one 2i + 1: row 2 of i and row 0 of i + 1.
            int i = y / 2 + (down == 0 ? 0 : (y % 2 ? 1 : -1));
            int k = down == 0 ? (y % 2 ? 2 : 1) : (y % 2 ? 0 : 3);
#pragma unroll
            for (int across = 0; across < 2; ++across) {
                int j = x / 2 + (across == 0 ? 0 : (x % 2 ? 1 : -1));
                int l = across == 0 ? (x % 2 ? 2 : 1) : (x % 2 ? 0 : 3);
                if (i < 0 || i >= height || j < 0 || j >= width) continue;
                long long row = (static_cast<long long>(picture) * height + i) * width + j;
                sum += widen(patches[(row * 16 + k * 4 + l) * channels + channel]);
            }
        }
        image[index] = narrow(sum);
    }
}
