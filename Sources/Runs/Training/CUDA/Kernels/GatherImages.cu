// A batch out of a data set that lies on the device: pixels as models take them, x/255 − 0.5, with black around them.

// pixels: [images, height, width, channels]. order[*place, batch] names the images, mirrored those that are turned
// round. images: [batch, height + 2·padding, width + 2·padding, channels]. blockIdx.x names the image of the batch.
extern "C" __global__ void gather(const unsigned char *pixels, const int *order, const unsigned char *mirrored,
                                  const int *place, float *images, int height, int width, int channels, int padding) {
    int outerHeight = height + 2 * padding, outerWidth = width + 2 * padding;
    int count = outerHeight * outerWidth * channels;
    long long slot = static_cast<long long>(*place) * gridDim.x + blockIdx.x;
    long long image = order ? order[slot] : blockIdx.x;
    bool turned = mirrored && mirrored[slot];
    const unsigned char *source = pixels + image * height * width * channels;
    for (int index = blockIdx.y * blockDim.x + threadIdx.x; index < count; index += gridDim.y * blockDim.x) {
        int channel = index % channels;
        int x = index / channels % outerWidth - padding;
        int y = index / channels / outerWidth - padding;
        bool isInside = x >= 0 && x < width && y >= 0 && y < height;
        int column = turned ? width - 1 - x : x;
        float byte = isInside ? source[(y * width + column) * channels + channel] : 0;
        images[static_cast<long long>(blockIdx.x) * count + index] = byte * (1.0f / 255) - 0.5f;
    }
}
