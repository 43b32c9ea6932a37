/*
 * Multiplication in the field of 2^255 - 19 on five limbs of 51 bits, as elliptic-curve code does:
 * products of 64 by 64 to 128 bits, which WebAssembly has no instruction for.
 */
#include "bench.h"

typedef unsigned __int128 wide;
#define MASK ((UINT64_C(1) << 51) - 1)

static void multiply(uint64_t out[5], const uint64_t a[5], const uint64_t b[5])
{
    wide t[5];
    for (int i = 0; i < 5; i++) {
        t[i] = 0;
        for (int j = 0; j < 5; j++) {
            int k = (i - j + 5) % 5;
            t[i] += (wide)a[j] * (j > i ? b[k] * 19 : b[k]);
        }
    }
    uint64_t carry = 0;
    for (int i = 0; i < 5; i++) {
        t[i] += carry;
        out[i] = (uint64_t)t[i] & MASK;
        carry = (uint64_t)(t[i] >> 51);
    }
    out[0] += carry * 19;
    out[1] += out[0] >> 51;
    out[0] &= MASK;
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 60000);
    uint64_t x[5] = {9, 0, 0, 0, 0}, y[5];
    for (uint32_t i = 0; i < rounds; i++) {
        /* x := x^34 * 9-ish: squarings and multiplications in turn. */
        memcpy(y, x, sizeof y);
        for (int k = 0; k < 15; k++)
            multiply(x, x, x);
        x[0] ^= i;
        multiply(x, x, y);
    }
    uint64_t hash = BENCH_HASH;
    for (int i = 0; i < 5; i++)
        hash = bench_mix(hash, x[i]);
    return bench_report("curve", hash);
}
