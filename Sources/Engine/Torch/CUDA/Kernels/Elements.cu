// What every kernel begins with: numbers of the element type, which is bfloat16 where BFLOAT16 is defined, in packs of
// sixteen bytes, the most that a thread moves at once.

// To the nearest, ties to even.
__device__ inline unsigned short roundToBFloat16(float value) {
#if __CUDA_ARCH__ >= 800
    unsigned short result;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result) : "f"(value));
    return result;
#else
    unsigned bits = __float_as_uint(value);
    if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fff;
    return static_cast<unsigned short>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
#endif
}

#ifdef BFLOAT16
typedef unsigned short Element;
__device__ inline float widen(Element value) { return __uint_as_float(static_cast<unsigned>(value) << 16); }
__device__ inline Element narrow(float value) { return roundToBFloat16(value); }
#else
typedef float Element;
__device__ inline float widen(Element value) { return value; }
__device__ inline Element narrow(float value) { return value; }
#endif

constexpr int packWidth = 16 / sizeof(Element);
struct alignas(16) Pack {
    Element at[packWidth];
};

// max(x, 0), which keeps what is not a number.
__device__ inline float rectify(float value) { return value < 0 ? 0 : value; }
