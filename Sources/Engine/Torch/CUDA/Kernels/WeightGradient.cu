// The gradient of the weight of a convolution of stride 1 that keeps the grid's size, in bfloat16 by tensor cores:
//
//     dW[o, k, l, i] = Σ g[n, y, x, o] · v[n, y + k − F/2, x + l − F/2, i]
//
// FILTER is F, OUTPUTS and INPUTS are the channels, WIDTH is the grid's width, a multiple of sixteen, and ROWS are the
// lines of the grid that lie in shared memory at a time. The sum goes over all positions of all images and has few
// results, so it is split: a block takes every gridDim.x-th tile of ROWS lines and one line of the filter (blockIdx.y),
// and leaves sums of its own, which the optimiser's kernel adds up. Two tiles lie in shared memory, one being read.
//
// Eight warps: WARPS_M share the outputs, WARPS_N the inputs, and WARPS_K the positions, each with sums of its own.
// Fragments are those of mma.m16n8k16 (PTX ISA, "Matrix fragments"); positions are the axis that is summed over, and lie
// across the rows in memory, so both operands are loaded transposed.

constexpr int reach = FILTER / 2;
constexpr int tilePositions = ROWS * WIDTH;
constexpr int paddedWidth = WIDTH + 2 * reach;
// Sixteen bytes more than the channels: eight rows that are loaded together then lie in different banks.
constexpr int outputStride = OUTPUTS + 8;
constexpr int inputStride = INPUTS + 8;
constexpr int outputTile = tilePositions * outputStride;
constexpr int inputTile = ROWS * paddedWidth * inputStride;
constexpr int rowsOfWarp = OUTPUTS / WARPS_M / 16;
constexpr int columnsOfWarp = INPUTS / WARPS_N / 8;

__device__ inline unsigned sharedAddress(const void *pointer) {
    return static_cast<unsigned>(__cvta_generic_to_shared(pointer));
}

// Sixteen bytes to shared memory while the block goes on; zeros where there is nothing.
__device__ inline void copy(Element *target, const Element *source, bool isThere) {
    int bytes = isThere ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(sharedAddress(target)), "l"(source), "r"(bytes)
                 : "memory");
}

__device__ inline void loadTransposed(unsigned *fragment, const Element *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
                 : "r"(sharedAddress(row))
                 : "memory");
}

__device__ inline void multiply(float *sum, const unsigned *left, const unsigned *right) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
                 : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "r"(right[0]), "r"(right[1]));
}

// Starts to copy a tile: ROWS lines of the gradient, and the lines of the input that the filter's line meets there.
__device__ inline void copyTile(Element *outputs, Element *inputs, const Element *gradient, const Element *input, int tile,
                                int height, int line) {
    int tilesOfImage = height / ROWS;
    long long image = tile / tilesOfImage;
    int top = tile % tilesOfImage * ROWS;
    const Element *source = gradient + (image * height + top) * WIDTH * OUTPUTS;
    for (int piece = threadIdx.x; piece < tilePositions * (OUTPUTS / 8); piece += blockDim.x) {
        int position = piece / (OUTPUTS / 8), channel = piece % (OUTPUTS / 8) * 8;
        copy(outputs + position * outputStride + channel, source + position * OUTPUTS + channel, true);
    }
    for (int piece = threadIdx.x; piece < ROWS * paddedWidth * (INPUTS / 8); piece += blockDim.x) {
        int place = piece / (INPUTS / 8), channel = piece % (INPUTS / 8) * 8;
        int x = place % paddedWidth - reach;
        int y = top + place / paddedWidth + line - reach;
        bool isInside = x >= 0 && x < WIDTH && y >= 0 && y < height;
        const Element *from = input + ((image * height + (isInside ? y : 0)) * WIDTH + (isInside ? x : 0)) * INPUTS + channel;
        copy(inputs + place * inputStride + channel, from, isInside);
    }
    asm volatile("cp.async.commit_group;" ::: "memory");
}

// gradient: [images, height, WIDTH, OUTPUTS]. input: [images, height, WIDTH, INPUTS]. lines: [gridDim.x · WARPS_K, OUTPUTS,
// FILTER, FILTER, INPUTS]. tiles: images · height / ROWS, no fewer than gridDim.x.
extern "C" __global__ void __launch_bounds__(256, 1)
    weightGradient(const Element *gradient, const Element *input, float *lines, int tiles, int height) {
    extern __shared__ Element shared[];
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    int firstOutput = warp % WARPS_M * rowsOfWarp * 16;
    int firstInput = warp / WARPS_M % WARPS_N * columnsOfWarp * 8;
    int part = warp / (WARPS_M * WARPS_N);
    float sums[FILTER][rowsOfWarp][columnsOfWarp][4] = {};
    copyTile(shared, shared + outputTile, gradient, input, blockIdx.x, height, blockIdx.y);
    int current = 0;
    for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        int next = tile + gridDim.x;
        if (next < tiles) {
            Element *target = shared + (1 - current) * (outputTile + inputTile);
            copyTile(target, target + outputTile, gradient, input, next, height, blockIdx.y);
            asm volatile("cp.async.wait_group 1;" ::: "memory");
        } else {
            asm volatile("cp.async.wait_group 0;" ::: "memory");
        }
        __syncthreads();
        const Element *outputs = shared + current * (outputTile + inputTile);
        const Element *inputs = outputs + outputTile;
        // Which of four matrices of eight by eight this thread names a row of.
        int matrix = lane / 8, row = lane % 8;
        for (int step = part; step < tilePositions / 16; step += WARPS_K) {
            int y = step * 16 / WIDTH, x = step * 16 % WIDTH;
            unsigned left[rowsOfWarp][4];
            const Element *output = outputs + (step * 16 + matrix / 2 * 8 + row) * outputStride + firstOutput +
                                    matrix % 2 * 8;
#pragma unroll
            for (int i = 0; i < rowsOfWarp; ++i) loadTransposed(left[i], output + i * 16);
            const Element *place = inputs + (y * paddedWidth + x + matrix % 2 * 8 + row) * inputStride +
                                   firstInput + matrix / 2 * 8;
#pragma unroll
            for (int column = 0; column < FILTER; ++column) {
#pragma unroll
                for (int pair = 0; pair < columnsOfWarp / 2; ++pair) {
                    unsigned right[4];
                    loadTransposed(right, place + column * inputStride + pair * 16);
#pragma unroll
                    for (int i = 0; i < rowsOfWarp; ++i) {
                        multiply(sums[column][i][2 * pair], left[i], right);
                        multiply(sums[column][i][2 * pair + 1], left[i], right + 2);
                    }
                }
            }
        }
        __syncthreads();
        current = 1 - current;
    }
    float *target = lines + static_cast<long long>(blockIdx.x * WARPS_K + part) * OUTPUTS * FILTER * FILTER * INPUTS;
#pragma unroll
    for (int column = 0; column < FILTER; ++column) {
#pragma unroll
        for (int i = 0; i < rowsOfWarp; ++i) {
#pragma unroll
            for (int j = 0; j < columnsOfWarp; ++j) {
                int channel = firstInput + j * 8 + lane % 4 * 2;
                for (int half = 0; half < 2; ++half) {
                    int filter = firstOutput + i * 16 + half * 8 + lane / 4;
                    float2 pair = make_float2(sums[column][i][j][2 * half], sums[column][i][j][2 * half + 1]);
                    long long place = ((filter * FILTER + blockIdx.y) * FILTER + column) * static_cast<long long>(INPUTS);
                    *reinterpret_cast<float2 *>(target + place + channel) = pair;
                }
            }
        }
    }
}
