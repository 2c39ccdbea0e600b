// What Swift has no name for.

/// Prefetches a cache line that will be read.
static inline void hrvq_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Prefetches a cache line that will be read later: into the second cache only.
static inline void hrvq_prefetch_second(const void *address) { __builtin_prefetch(address, 0, 2); }

/// Prefetches a cache line that will be written.
static inline void hrvq_prefetch_for_writing(void *address) { __builtin_prefetch(address, 1, 3); }

// Instruction sets of this processor, where the operating system saves their registers.
#if defined(__x86_64__)
static inline int hrvq_has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("x86-64-v3") != 0;
}
static inline int hrvq_has_avx512(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("x86-64-v4") != 0;
}
static inline int hrvq_has_bfloat16(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16") || __builtin_cpu_supports("amx-bf16");
}
static inline int hrvq_has_bfloat16_tiles(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("amx-bf16") != 0;
}
#else
static inline int hrvq_has_avx2(void) { return 0; }
static inline int hrvq_has_avx512(void) { return 0; }
static inline int hrvq_has_bfloat16_tiles(void) { return 0; }
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
// HWCAP2_BF16 of <asm/hwcap.h>.
static inline int hrvq_has_bfloat16(void) { return (getauxval(AT_HWCAP2) >> 14) & 1; }
#else
static inline int hrvq_has_bfloat16(void) { return 0; }
#endif
#endif
