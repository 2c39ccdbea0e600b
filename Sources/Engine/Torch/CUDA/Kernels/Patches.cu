// Convolutions of filter 4, stride 2 and padding 1 of images with few channels, as products of matrices. CHANNELS is known
// when this is compiled, so that divisions by it cost little; a block takes a line of the grid or of the image.

// The patches: image [images, 2·height, 2·width, CHANNELS], patches [images, height, width, 4, 4, CHANNELS]. Blocks:
// images · height.
extern "C" __global__ void patches(const Element *image, Element *patches, int height, int width) {
    constexpr int lineSize = 4 * CHANNELS;
    int row = blockIdx.x % height;
    long long firstLine = static_cast<long long>(blockIdx.x / height) * 2 * height;
    Element *target = patches + static_cast<long long>(blockIdx.x) * width * 4 * lineSize;
    int length = 2 * width * CHANNELS;
    for (int index = threadIdx.x; index < width * 4 * lineSize; index += blockDim.x) {
        int column = index / (4 * lineSize);
        int line = index / lineSize % 4;
        int y = 2 * row - 1 + line;
        int place = (2 * column - 1) * CHANNELS + index % lineSize;
        bool isInside = y >= 0 && y < 2 * height && place >= 0 && place < length;
        target[index] = isInside ? image[(firstLine + y) * length + place] : Element(0);
    }
}

// The other way: adds up what 4×4 patches give to the images that they overlap in, and a bias where there is one. Blocks:
// images · 2 · height.
//
//     image[n, 2i − 1 + k, 2j − 1 + l, c] = bias[c] + Σ patches[n, i, j, k, l, c]        k, l = 0 … 3
extern "C" __global__ void overlap(const Element *patches, const float *bias, Element *image, int height, int width) {
    int y = blockIdx.x % (2 * height);
    int picture = blockIdx.x / (2 * height);
    int length = 2 * width * CHANNELS;
    Element *target = image + static_cast<long long>(blockIdx.x) * length;
    for (int index = threadIdx.x; index < length; index += blockDim.x) {
        int channel = index % CHANNELS;
        int x = index / CHANNELS;
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
                sum += widen(patches[(row * 16 + k * 4 + l) * CHANNELS + channel]);
            }
        }
        target[index] = narrow(sum);
    }
}
