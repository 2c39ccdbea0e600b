// What every kernel begins with: numbers of the element type, which is bfloat16 where BFLOAT16 is defined, in packs of
// sixteen bytes, the most that a thread moves at once.

#ifdef BFLOAT16
typedef unsigned short Element;
__device__ inline float widen(Element value) { return __uint_as_float(static_cast<unsigned>(value) << 16); }
__device__ inline Element narrow(float value) {
    Element result;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result) : "f"(value));
    return result;
}
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
