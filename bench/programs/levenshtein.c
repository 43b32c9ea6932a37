/* Edit distance of long strings with two rows: minimum of three in a dependent loop. */
#include "bench.h"

static uint32_t min3(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t m = a < b ? a : b;
    return m < c ? m : c;
}

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 8000), seed = 19;
    uint8_t *a = bench_alloc(n, 1), *b = bench_alloc(n, 1);
    uint32_t *row = bench_alloc(n + 1, sizeof *row);
    for (uint32_t i = 0; i < n; i++) {
        a[i] = (uint8_t)('a' + bench_random(&seed) % 8);
        b[i] = bench_random(&seed) % 3 ? a[i] : (uint8_t)('a' + bench_random(&seed) % 8);
    }
    for (uint32_t j = 0; j <= n; j++)
        row[j] = j;
    for (uint32_t i = 1; i <= n; i++) {
        uint32_t corner = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= n; j++) {
            uint32_t above = row[j];
            row[j] = min3(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
            corner = above;
        }
    }
    uint64_t distance = row[n];
    free(a);
    free(b);
    free(row);
    return bench_report("levenshtein", distance);
}
