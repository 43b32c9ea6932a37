/* Heap sort of doubles: dependent loads with an index computed at each level. */
#include "bench.h"

static void sift(double *a, uint32_t root, uint32_t end)
{
    double value = a[root];
    for (uint32_t child; (child = 2 * root + 1) < end; root = child) {
        if (child + 1 < end && a[child] < a[child + 1])
            child++;
        if (value >= a[child])
            break;
        a[root] = a[child];
    }
    a[root] = value;
}

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 1000000);
    double *a = bench_alloc(n, sizeof *a);
    uint32_t seed = 99;
    for (uint32_t i = 0; i < n; i++)
        a[i] = (double)bench_random(&seed) / 65536.0;
    for (uint32_t i = n / 2; i-- > 0;)
        sift(a, i, n);
    for (uint32_t end = n; end-- > 1;) {
        double top = a[0];
        a[0] = a[end];
        a[end] = top;
        sift(a, 0, end);
    }
    uint64_t hash = BENCH_HASH;
    for (uint32_t i = 0; i < n; i++)
        hash = bench_mix(hash, (uint64_t)(a[i] * 65536.0));
    free(a);
    return bench_report("heapsort", hash);
}
