/* Product of two matrices of floats, four columns at a time in vectors of the language. */
#include "bench.h"

typedef float f4 __attribute__((vector_size(16)));

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 640) & ~3u;
    float *a = bench_alloc((size_t)n * n, sizeof *a);
    f4 *b = aligned_alloc(16, (size_t)n * n * sizeof(float)),
       *c = aligned_alloc(16, (size_t)n * n * sizeof(float));
    uint32_t seed = 42, q = n / 4;
    if (!b || !c)
        return 1;
    for (size_t i = 0; i < (size_t)n * n; i++) {
        a[i] = (float)(bench_random(&seed) % 16);
        ((float *)b)[i] = (float)(bench_random(&seed) % 16); /* sums stay exact */
    }
    memset(c, 0, (size_t)n * n * sizeof(float));
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n; k++) {
            float x = a[(size_t)i * n + k];
            f4 factor = {x, x, x, x};
            for (uint32_t j = 0; j < q; j++)
                c[(size_t)i * q + j] += factor * b[(size_t)k * q + j];
        }
    double sum = 0;
    for (size_t i = 0; i < (size_t)n * n; i++)
        sum += ((float *)c)[i];
    free(a);
    free(b);
    free(c);
    return bench_report_float("vec_matmul", sum);
}
