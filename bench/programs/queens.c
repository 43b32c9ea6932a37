/* Counts the ways to place n queens, with bit masks: recursion and bit tricks. */
#include "bench.h"

static uint64_t place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right)
{
    if (columns == all)
        return 1;
    uint64_t count = 0;
    for (uint32_t free = all & ~(columns | left | right); free;) {
        uint32_t bit = free & -free;
        free ^= bit;
        count += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 12);
    return bench_report("queens", place((1u << n) - 1, 0, 0, 0));
}
