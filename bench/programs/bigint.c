/* A large power by squaring and schoolbook multiplication on 32-bit limbs, then decimal digits. */
#include "bench.h"

static void multiply(const uint32_t *a, size_t n, const uint32_t *b, size_t m, uint32_t *out)
{
    memset(out, 0, (n + m) * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        uint64_t carry = 0;
        for (size_t j = 0; j < m; j++) {
            uint64_t t = (uint64_t)a[i] * b[j] + out[i + j] + carry;
            out[i + j] = (uint32_t)t;
            carry = t >> 32;
        }
        out[i + m] = (uint32_t)carry;
    }
}

static size_t trim(const uint32_t *a, size_t n)
{
    while (n > 1 && a[n - 1] == 0)
        n--;
    return n;
}

int main(int argc, char **argv)
{
    uint32_t exponent = bench_size(argc, argv, 60000);
    size_t room = (size_t)exponent / 8 + 64;
    uint32_t *result = bench_alloc(room, 4), *base = bench_alloc(room, 4);
    uint32_t *work = bench_alloc(room * 2, 4);
    size_t n = 1, m = 1;
    result[0] = 1;
    base[0] = 7;
    for (uint32_t e = exponent; e > 0; e >>= 1) {
        if (e & 1) {
            multiply(result, n, base, m, work);
            n = trim(work, n + m);
            memcpy(result, work, n * 4);
        }
        if (e > 1) {
            multiply(base, m, base, m, work);
            m = trim(work, m + m);
            memcpy(base, work, m * 4);
        }
    }
    uint64_t hash = BENCH_HASH;
    while (n > 1 || result[0] > 0) {
        uint64_t rest = 0;
        for (size_t i = n; i-- > 0;) {
            rest = rest << 32 | result[i];
            result[i] = (uint32_t)(rest / 1000000000);
            rest %= 1000000000;
        }
        n = trim(result, n);
        hash = bench_mix(hash, rest);
    }
    return bench_report("bigint", hash);
}
