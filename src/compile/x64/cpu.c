/* See compile.h: what the CPU offers, asked of CPUID. Extensions that use the upper halves of
 * vector registers count only when the operating system saves those (XGETBV). HS_CPU_ names
 * exactly what compilers make use of. */
#include "compile/compile.h"

#include <cpuid.h>
#include <stdatomic.h>

static uint32_t ask(void)
{
    uint32_t a, b, c, d, found = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return 0;
    if (c & bit_SSSE3)
        found |= HS_CPU_SSSE3;
    if (c & bit_SSE4_1)
        found |= HS_CPU_SSE41;
    if (c & bit_SSE4_2)
        found |= HS_CPU_SSE42;
    if (c & bit_POPCNT)
        found |= HS_CPU_POPCNT;
    bool ymm = false;
    if (c & bit_OSXSAVE) {
        uint32_t low, high;
        __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
        ymm = (low & 6) == 6;
    }
    if (ymm && (c & bit_AVX))
        found |= HS_CPU_AVX;
    if (ymm && (c & bit_FMA))
        found |= HS_CPU_FMA;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        /* BMI's instructions are VEX-encoded and need AVX enabled in practice, though no vector
         * register. */
        if (ymm && (b & bit_BMI))
            found |= HS_CPU_BMI1;
        if (ymm && (b & bit_BMI2))
            found |= HS_CPU_BMI2;
        if (ymm && (b & bit_AVX2))
            found |= HS_CPU_AVX2;
    }
    if (__get_cpuid(0x80000001, &a, &b, &c, &d) && (c & bit_LZCNT))
        found |= HS_CPU_LZCNT;
    return found;
}

uint32_t hs_cpu_features(void)
{
    /* Bit 31: asked. Two threads that ask at once find the same. */
    static _Atomic uint32_t known;
    uint32_t k = atomic_load_explicit(&known, memory_order_relaxed);
    if (!k) {
        k = ask() | UINT32_C(1) << 31;
        atomic_store_explicit(&known, k, memory_order_relaxed);
    }
    return k & ~(UINT32_C(1) << 31);
}
