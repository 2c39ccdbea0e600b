// A batch out of a data set that lies on the device: pixels as models take them, x/255 − 0.5, with black around them.

// pixels: [images, height, width, channels]. order[*place, batch] names the images, mirrored those that are turned
// round. full and low: [batch, height + 2·padding, width + 2·padding, channels]; low may be null.
extern "C" __global__ void gather(const unsigned char *pixels, const int *order, const unsigned char *mirrored,
                                  const int *place, float *full, Element *low, int batch, int height, int width,
                                  int channels, int padding) {
    int outerHeight = height + 2 * padding, outerWidth = width + 2 * padding;
    int count = outerHeight * outerWidth * channels;
    long long slot = static_cast<long long>(place ? *place : 0) * batch + blockIdx.y;
    long long image = order ? order[slot] : blockIdx.y;
    bool turned = mirrored && mirrored[slot];
    const unsigned char *source = pixels + image * height * width * channels;
    for (int index = blockIdx.x * blockDim.x + threadIdx.x; index < count; index += gridDim.x * blockDim.x) {
        int channel = index % channels;
        int x = index / channels % outerWidth - padding;
        int y = index / channels / outerWidth - padding;
        bool isInside = x >= 0 && x < width && y >= 0 && y < height;
        int column = turned ? width - 1 - x : x;
        float byte = isInside ? source[(y * width + column) * channels + channel] : 0;
        float value = byte * (1.0f / 255) - 0.5f;
        long long target = static_cast<long long>(blockIdx.y) * count + index;
        full[target] = value;
        if (low) low[target] = narrow(value);
    }
}
