/* Sieve of Eratosthenes over bytes, several times: tight loops of byte stores. */
#include "bench.h"

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 30);
    const uint32_t limit = 1u << 20;
    uint8_t *composite = bench_alloc(limit, 1);
    uint64_t hash = BENCH_HASH;
    for (uint32_t round = 0; round < rounds; round++) {
        memset(composite, 0, limit);
        uint32_t count = 0, last = 0;
        for (uint32_t i = 2; i < limit; i++) {
            if (composite[i])
                continue;
            count++;
            last = i;
            for (uint32_t j = i * 2 + (round & 1 ? 0 : i); j < limit; j += i)
                composite[j] = 1;
        }
        hash = bench_mix(bench_mix(hash, count), last);
    }
    free(composite);
    return bench_report("sieve", hash);
}
