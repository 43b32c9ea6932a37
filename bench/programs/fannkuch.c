/* Longest chain of prefix reversals over all permutations: small arrays, many short loops. */
#include "bench.h"

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 9);
    if (n < 2 || n > 12)
        n = 9;
    uint32_t perm[16], work[16], count[16];
    uint32_t longest = 0, depth = n;
    int64_t checksum = 0;
    uint32_t index = 0;
    for (uint32_t i = 0; i < n; i++)
        perm[i] = i;
    for (;;) {
        for (; depth > 1; depth--)
            count[depth - 1] = depth;
        memcpy(work, perm, sizeof work);
        uint32_t flips = 0;
        for (uint32_t first = work[0]; first != 0; first = work[0]) {
            for (uint32_t low = 0, high = first; low < high; low++, high--) {
                uint32_t swap = work[low];
                work[low] = work[high];
                work[high] = swap;
            }
            flips++;
        }
        if (flips > longest)
            longest = flips;
        checksum += index++ % 2 ? -(int64_t)flips : (int64_t)flips;
        for (;; depth++) {
            if (depth == n)
                return bench_report("fannkuch", bench_mix((uint64_t)checksum, longest));
            uint32_t first = perm[0];
            for (uint32_t i = 0; i < depth; i++)
                perm[i] = perm[i + 1];
            perm[depth] = first;
            if (--count[depth] > 0)
                break;
        }
    }
}
