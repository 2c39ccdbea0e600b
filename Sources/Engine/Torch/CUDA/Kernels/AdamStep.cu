// Adam, the moving average of the weights and their copies for convolutions, in one pass over all parameters.

struct Parameter {
    float *weight;
    float *first;
    float *second;
    float *average;
    // [count], or lines [lines, count] that add up to it, which are float32.
    const void *gradient;
    // In bfloat16; null where none is kept.
    unsigned short *copy;
    // Steps done, this one among them.
    const float *step;
    int count;
    int gradientIsBFloat16;
    int lines;
};

struct Table {
    Parameter parameters[PARAMETERS];
};

// The sum of every `step`-th line from `first` on.
__device__ inline float sumOfLines(const Parameter &own, int index, int first, int step) {
    const float *lines = static_cast<const float *>(own.gradient);
    float sum = 0;
#pragma unroll 8
    for (int line = first; line < own.lines; line += step) sum += lines[static_cast<long long>(line) * own.count + index];
    return sum;
}

// blockIdx.y names the parameter. 256 threads. rates[*place] is the learning rate, gradients count scale[0] times.
extern "C" __global__ void adam(const __grid_constant__ Table table, const float *rates, const int *place,
                                const float *scale, float beta1, float beta2, float epsilon, float weightDecay,
                                float averageDecay, float averageWarmUp) {
    const Parameter &own = table.parameters[blockIdx.y];
    if (blockIdx.x * blockDim.x >= own.count) return;
    __shared__ float size, root, averageShare;
    if (threadIdx.x == 0) {
        double step = *own.step;
        size = static_cast<float>(rates[place ? *place : 0] / (1 - pow(static_cast<double>(beta1), step)));
        root = static_cast<float>(sqrt(1 - pow(static_cast<double>(beta2), step)));
        averageShare = static_cast<float>(1 - fmin(static_cast<double>(averageDecay), step / (step + averageWarmUp)));
    }
    __syncthreads();
    float factor = scale ? *scale : 1;
    // Few numbers of many lines: all threads of a block share the lines.
    __shared__ float shared[256];
    int sharing = own.lines > 1 && own.count < blockDim.x ? blockDim.x / own.count : 1;
    if (sharing > 1) {
        int line = threadIdx.x / own.count;
        float sum = 0;
        if (line < sharing) sum = sumOfLines(own, threadIdx.x % own.count, line, sharing);
        shared[threadIdx.x] = sum;
        __syncthreads();
    }
    for (int index = blockIdx.x * blockDim.x + threadIdx.x; index < own.count; index += gridDim.x * blockDim.x) {
        float gradient = sharing > 1 ? 0
                         : own.lines > 1 ? sumOfLines(own, index, 0, 1)
                         : own.gradientIsBFloat16
                             ? __uint_as_float(static_cast<unsigned>(
                                                   static_cast<const unsigned short *>(own.gradient)[index])
                                               << 16)
                             : static_cast<const float *>(own.gradient)[index];
        for (int line = 0; sharing > 1 && line < sharing; ++line) gradient += shared[line * own.count + index];
        float weight = own.weight[index];
        gradient = gradient * factor + weightDecay * weight;
        float first = beta1 * own.first[index] + (1 - beta1) * gradient;
        float second = beta2 * own.second[index] + (1 - beta2) * gradient * gradient;
        weight -= size * first / (sqrtf(second) / root + epsilon);
        own.first[index] = first;
        own.second[index] = second;
        own.weight[index] = weight;
        if (own.average) {
            float average = own.average[index];
            own.average[index] = average + averageShare * (weight - average);
        }
        if (own.copy) own.copy[index] = roundToBFloat16(weight);
    }
}
