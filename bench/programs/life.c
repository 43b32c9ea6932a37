/* Conway's Game of Life on a torus of bytes: eight neighbour loads per cell. */
#include "bench.h"

int main(int argc, char **argv)
{
    uint32_t generations = bench_size(argc, argv, 150);
    const uint32_t n = 512;
    uint8_t *now = bench_alloc((size_t)n * n, 1), *then = bench_alloc((size_t)n * n, 1);
    uint32_t seed = 13;
    for (size_t i = 0; i < (size_t)n * n; i++)
        now[i] = bench_random(&seed) % 3 == 0;
    for (uint32_t g = 0; g < generations; g++) {
        for (uint32_t y = 0; y < n; y++) {
            const uint8_t *up = now + (size_t)((y + n - 1) % n) * n, *mid = now + (size_t)y * n;
            const uint8_t *down = now + (size_t)((y + 1) % n) * n;
            for (uint32_t x = 0; x < n; x++) {
                uint32_t l = x ? x - 1 : n - 1, r = x + 1 < n ? x + 1 : 0;
                int sum = up[l] + up[x] + up[r] + mid[l] + mid[r] + down[l] + down[x] + down[r];
                then[(size_t)y * n + x] = sum == 3 || (sum == 2 && mid[x]);
            }
        }
        uint8_t *swap = now;
        now = then;
        then = swap;
    }
    uint64_t hash = BENCH_HASH;
    for (size_t i = 0; i < (size_t)n * n; i++)
        hash = bench_mix(hash, now[i]);
    free(now);
    free(then);
    return bench_report("life", hash);
}
