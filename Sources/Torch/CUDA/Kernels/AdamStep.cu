// Adam, the moving average of the weights and their copies for convolutions, in one pass over all parameters.

struct Parameter {
    float *weight;
    float *first;
    float *second;
    float *average;
    const void *gradient;
    // In bfloat16; null where none is kept.
    unsigned short *copy;
    // Steps done, this one among them.
    const float *step;
    int count;
    int gradientIsBFloat16;
};

struct Table {
    Parameter parameters[PARAMETERS];
};

// blockIdx.y names the parameter. rates[*place] is the learning rate, gradients count scale[0] times.
extern "C" __global__ void adam(const __grid_constant__ Table table, const float *rates, const int *place,
                                const float *scale, float beta1, float beta2, float epsilon, float weightDecay,
                                float averageDecay) {
    const Parameter &own = table.parameters[blockIdx.y];
    if (blockIdx.x * blockDim.x >= own.count) return;
    __shared__ float size, root;
    if (threadIdx.x == 0) {
        double step = *own.step;
        size = static_cast<float>(rates[place ? *place : 0] / (1 - pow(static_cast<double>(beta1), step)));
        root = static_cast<float>(sqrt(1 - pow(static_cast<double>(beta2), step)));
    }
    __syncthreads();
    float factor = scale ? *scale : 1;
    for (int index = blockIdx.x * blockDim.x + threadIdx.x; index < own.count; index += gridDim.x * blockDim.x) {
        float gradient = own.gradientIsBFloat16
                             ? __uint_as_float(static_cast<unsigned>(
                                                   static_cast<const unsigned short *>(own.gradient)[index])
                                               << 16)
                             : static_cast<const float *>(own.gradient)[index];
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
            own.average[index] = average + (1 - averageDecay) * (weight - average);
        }
        if (own.copy) {
            unsigned short low;
            asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(low) : "f"(weight));
            own.copy[index] = low;
        }
    }
}
