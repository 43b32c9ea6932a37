/* Blurs and sharpens an image of bytes with 5 by 5 kernels, clamped: small integer loops. */
#include "bench.h"

#define N 384

static void convolve(const uint8_t *in, uint8_t *out, const int16_t kernel[25], int divisor)
{
    for (int y = 2; y < N - 2; y++) {
        for (int x = 2; x < N - 2; x++) {
            int sum = 0;
            for (int dy = -2; dy <= 2; dy++)
                for (int dx = -2; dx <= 2; dx++)
                    sum += kernel[(dy + 2) * 5 + dx + 2] * in[(y + dy) * N + x + dx];
            sum /= divisor;
            out[y * N + x] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
        }
    }
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 20), seed = 83;
    static const int16_t blur[25] = {1, 2, 3, 2, 1, 2, 6, 8, 6, 2, 3, 8, 12,
                                     8, 3, 2, 6, 8, 6, 2, 1, 2, 3, 2, 1};
    static const int16_t sharpen[25] = {0,  0,  -1, 0,  0,  0,  -1, -2, -1, 0,  -1, -2, 24,
                                        -2, -1, 0,  -1, -2, -1, 0,  0,  0,  -1, 0,  0};
    uint8_t *a = bench_alloc(N * N, 1), *b = bench_alloc(N * N, 1);
    for (int i = 0; i < N * N; i++)
        a[i] = (uint8_t)bench_random(&seed);
    volatile int divisor = 98;
    for (uint32_t round = 0; round < rounds; round++) {
        convolve(a, b, blur, divisor);
        convolve(b, a, sharpen, 8);
    }
    uint64_t hash = BENCH_HASH;
    for (int i = 0; i < N * N; i++)
        hash = bench_mix(hash, a[i]);
    free(a);
    free(b);
    return bench_report("blur", hash);
}
