/* A fast Fourier transform in place, there and back: strided doubles, bit reversal. */
#include "bench.h"
#include <math.h>

static void transform(double *re, double *im, uint32_t n, const double *cosines,
                      const double *sines, double sign)
{
    for (uint32_t i = 1, j = 0; i < n; i++) {
        uint32_t bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            double swap = re[i];
            re[i] = re[j];
            re[j] = swap;
            swap = im[i];
            im[i] = im[j];
            im[j] = swap;
        }
    }
    for (uint32_t length = 2; length <= n; length *= 2) {
        uint32_t half = length / 2, step = n / length;
        for (uint32_t start = 0; start < n; start += length) {
            for (uint32_t k = 0; k < half; k++) {
                double c = cosines[k * step], s = sign * sines[k * step];
                uint32_t a = start + k, b = a + half;
                double xr = re[b] * c - im[b] * s, xi = re[b] * s + im[b] * c;
                re[b] = re[a] - xr;
                im[b] = im[a] - xi;
                re[a] += xr;
                im[a] += xi;
            }
        }
    }
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 30), seed = 61;
    const uint32_t n = 1 << 15;
    double *re = bench_alloc(n, 8), *im = bench_alloc(n, 8);
    double *cosines = bench_alloc(n / 2, 8), *sines = bench_alloc(n / 2, 8);
    for (uint32_t i = 0; i < n / 2; i++) {
        cosines[i] = cos(6.283185307179586 * i / n);
        sines[i] = sin(6.283185307179586 * i / n);
    }
    for (uint32_t i = 0; i < n; i++)
        re[i] = bench_random(&seed) % 1000 / 100.0;
    double sum = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        transform(re, im, n, cosines, sines, 1);
        sum += fabs(re[round + 1]);
        transform(re, im, n, cosines, sines, -1);
        for (uint32_t i = 0; i < n; i++) {
            re[i] /= n;
            im[i] /= n;
        }
    }
    return bench_report_float("fft", sum + re[17]);
}
