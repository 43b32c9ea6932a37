/* Quicksort of 32-bit numbers, median of three: unpredictable branches. */
#include "bench.h"

static void sort(int32_t *a, int32_t low, int32_t high)
{
    while (high - low > 12) {
        int32_t middle = low + (high - low) / 2;
        int32_t x = a[low], y = a[middle], z = a[high];
        int32_t pivot = x < y ? (y < z ? y : (x < z ? z : x)) : (x < z ? x : (y < z ? z : y));
        int32_t i = low, j = high;
        while (i <= j) {
            while (a[i] < pivot)
                i++;
            while (a[j] > pivot)
                j--;
            if (i <= j) {
                int32_t swap = a[i];
                a[i++] = a[j];
                a[j--] = swap;
            }
        }
        if (j - low < high - i) {
            sort(a, low, j);
            low = i;
        } else {
            sort(a, i, high);
            high = j;
        }
    }
    for (int32_t i = low + 1; i <= high; i++) {
        int32_t value = a[i], j = i;
        for (; j > low && a[j - 1] > value; j--)
            a[j] = a[j - 1];
        a[j] = value;
    }
}

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 2000000);
    int32_t *a = bench_alloc(n, sizeof *a);
    uint32_t seed = 7;
    for (uint32_t i = 0; i < n; i++)
        a[i] = (int32_t)bench_random(&seed);
    if (n > 0)
        sort(a, 0, (int32_t)n - 1);
    uint64_t hash = BENCH_HASH;
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && a[i - 1] > a[i])
            return 1;
        hash = bench_mix(hash, (uint32_t)a[i]);
    }
    free(a);
    return bench_report("quicksort", hash);
}
