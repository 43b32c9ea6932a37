/* Solves sudokus by backtracking over the cell with the fewest candidates: popcount, bits. */
#include "bench.h"

static uint16_t rows[9], columns[9], boxes[9];
static uint8_t grid[81];
static uint64_t tries;

static bool solve(void)
{
    int best = -1, fewest = 10;
    uint32_t candidates = 0;
    for (int i = 0; i < 81; i++) {
        if (grid[i])
            continue;
        uint32_t used = rows[i / 9] | columns[i % 9] | boxes[i / 27 * 3 + i % 9 / 3];
        int count = __builtin_popcount(0x1ffu & ~used);
        if (count < fewest) {
            fewest = count;
            best = i;
            candidates = 0x1ffu & ~used;
            if (count < 2)
                break;
        }
    }
    if (best < 0)
        return true;
    int r = best / 9, c = best % 9, b = r / 3 * 3 + c / 3;
    for (; candidates; candidates &= candidates - 1) {
        uint16_t bit = (uint16_t)(candidates & -candidates);
        tries++;
        grid[best] = (uint8_t)(1 + __builtin_ctz(bit));
        rows[r] |= bit, columns[c] |= bit, boxes[b] |= bit;
        if (solve())
            return true;
        rows[r] ^= bit, columns[c] ^= bit, boxes[b] ^= bit;
        grid[best] = 0;
    }
    return false;
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 400), seed = 8;
    uint64_t hash = BENCH_HASH;
    for (uint32_t round = 0; round < rounds; round++) {
        memset(rows, 0, sizeof rows);
        memset(columns, 0, sizeof columns);
        memset(boxes, 0, sizeof boxes);
        memset(grid, 0, sizeof grid);
        /* A known solution with its digits permuted, of which few cells stay visible. */
        uint8_t digits[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
        for (uint32_t i = 8; i > 0; i--) {
            uint32_t j = bench_random(&seed) % (i + 1);
            uint8_t swap = digits[i];
            digits[i] = digits[j];
            digits[j] = swap;
        }
        for (int at = 0; at < 81; at++) {
            int r = at / 9, c = at % 9, b = r / 3 * 3 + c / 3;
            if (bench_random(&seed) % 81 >= 26)
                continue;
            uint8_t digit = digits[(r * 3 + r / 3 + c) % 9];
            grid[at] = (uint8_t)(digit + 1);
            rows[r] |= (uint16_t)(1 << digit);
            columns[c] |= (uint16_t)(1 << digit);
            boxes[b] |= (uint16_t)(1 << digit);
        }
        hash = bench_mix(hash, solve());
        for (int i = 0; i < 81; i++)
            hash = bench_mix(hash, grid[i]);
    }
    return bench_report("sudoku", bench_mix(hash, tries));
}
