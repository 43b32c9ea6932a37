/* Iterations of the Mandelbrot set: a loop of few doubles that never touches memory. */
#include "bench.h"

#pragma STDC FP_CONTRACT OFF /* a rounding decides how often the loop runs */

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 600);
    uint64_t hash = BENCH_HASH;
    for (uint32_t row = 0; row < n; row++) {
        double ci = 2.0 * row / n - 1.0;
        uint32_t sum = 0;
        for (uint32_t column = 0; column < n; column++) {
            double cr = 3.0 * column / n - 2.0;
            double zr = 0, zi = 0, rr = 0, ii = 0;
            uint32_t i = 0;
            for (; i < 200 && rr + ii <= 4.0; i++) {
                zi = 2.0 * zr * zi + ci;
                zr = rr - ii + cr;
                rr = zr * zr;
                ii = zi * zi;
            }
            sum = sum * 31 + i;
        }
        hash = bench_mix(hash, sum);
    }
    return bench_report("mandelbrot", hash);
}
