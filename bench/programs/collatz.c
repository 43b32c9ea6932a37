/* Longest Collatz chain below a bound: 64-bit arithmetic in registers, unpredictable branches. */
#include "bench.h"

int main(int argc, char **argv)
{
    uint32_t limit = bench_size(argc, argv, 500000), longest = 0, start = 0;
    for (uint32_t i = 1; i < limit; i++) {
        uint32_t steps = 0;
        for (uint64_t n = i; n != 1; steps++)
            n = n & 1 ? 3 * n + 1 : n / 2;
        if (steps > longest)
            longest = steps, start = i;
    }
    return bench_report("collatz", (uint64_t)start << 32 | longest);
}
