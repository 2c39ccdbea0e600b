// The passes over memory that stand between convolutions. Maps are [rows, channels], the channels varying fastest and a
// multiple of a pack.

// value ← value + bias (+ other), then max(·, 0) where that is asked for; rectified ← max(value, 0) where it is wanted.
extern "C" __global__ void finish(Element *value, const float *bias, const Element *other, Element *rectified, int relu,
                                  long long packs, int channels) {
    long long step = static_cast<long long>(gridDim.x) * blockDim.x;
    for (long long index = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x; index < packs; index += step) {
        int channel = static_cast<int>(index * packWidth % channels);
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
        for (int row = blockIdx.x * groups + group; row < rows; row += gridDim.x * groups) {
            long long place = static_cast<long long>(row) * packs + pack;
            Pack found = reinterpret_cast<const Pack *>(gradient)[place];
            Pack mask, added;
            if (value) mask = reinterpret_cast<const Pack *>(value)[place];
            if (other) added = reinterpret_cast<const Pack *>(other)[place];
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
    for (int channel = threadIdx.x; channel < channels; channel += blockDim.x) {
        float sum = 0;
        for (int block = 0; block < gridDim.x; ++block) {
            sum += __ldcg(partials + static_cast<long long>(block) * channels + channel);
        }
        sums[channel] = sum;
    }
    if (threadIdx.x == 0) *counter = 0;
}

// The 4×4 patches of stride 2 and padding 1 of images with few channels: a convolution of them is a product of matrices.
//
// image: [images, 2·height, 2·width, channels]. patches: [images, height, width, 4, 4, channels].
extern "C" __global__ void patches(const Element *image, Element *patches, long long count, int height, int width,
                                   int channels) {
    long long step = static_cast<long long>(gridDim.x) * blockDim.x;
    for (long long index = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x; index < count; index += step) {
        int channel = static_cast<int>(index % channels);
        long long rest = index / channels;
        int column = static_cast<int>(rest % 4);
        int line = static_cast<int>(rest / 4 % 4);
        rest /= 16;
        int x = static_cast<int>(rest % width) * 2 - 1 + column;
        rest /= width;
        int y = static_cast<int>(rest % height) * 2 - 1 + line;
        long long picture = rest / height;
        bool isInside = x >= 0 && x < 2 * width && y >= 0 && y < 2 * height;
        patches[index] = isInside ? image[((picture * 2 * height + y) * 2 * width + x) * channels + channel] : Element(0);
    }
}

// The other way: adds up what 4×4 patches give to the images that they overlap in, and a bias where there is one.
//
//     image[n, 2i − 1 + k, 2j − 1 + l, c] = bias[c] + Σ patches[n, i, j, k, l, c]        k, l = 0 … 3
extern "C" __global__ void overlap(const Element *patches, const float *bias, Element *image, long long count, int height,
                                   int width, int channels) {
    long long step = static_cast<long long>(gridDim.x) * blockDim.x;
    for (long long index = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x; index < count; index += step) {
        int channel = static_cast<int>(index % channels);
        long long rest = index / channels;
        int x = static_cast<int>(rest % (2 * width));
        rest /= 2 * width;
        int y = static_cast<int>(rest % (2 * height));
        long long picture = rest / (2 * height);
        float sum = bias ? bias[channel] : 0;
        for (int down = 0; down < 2; ++down) {
            // Of an even line 2i: row 1 of i and row 3 of i − 1; of an odd one 2i + 1: row 2 of i and row 0 of i + 1.
            int i = y / 2 + (down == 0 ? 0 : (y % 2 ? 1 : -1));
            int k = down == 0 ? (y % 2 ? 2 : 1) : (y % 2 ? 0 : 3);
            if (i < 0 || i >= height) continue;
            for (int across = 0; across < 2; ++across) {
                int j = x / 2 + (across == 0 ? 0 : (x % 2 ? 1 : -1));
                int l = across == 0 ? (x % 2 ? 2 : 1) : (x % 2 ? 0 : 3);
                if (j < 0 || j >= width) continue;
                sum += widen(patches[(((picture * height + i) * width + j) * 16 + k * 4 + l) * channels + channel]);
            }
        }
        image[index] = narrow(sum);
    }
}
