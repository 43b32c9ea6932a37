/* Product of two matrices of doubles in the plain three loops; native code vectorizes them. */
#include "bench.h"

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 400);
    double *a = bench_alloc((size_t)n * n, sizeof *a);
    double *b = bench_alloc((size_t)n * n, sizeof *b);
    double *c = bench_alloc((size_t)n * n, sizeof *c);
    uint32_t seed = 42;
    for (size_t i = 0; i < (size_t)n * n; i++) {
        a[i] = (double)(bench_random(&seed) % 1000) / 1000.0;
        b[i] = (double)(bench_random(&seed) % 1000) / 1000.0;
    }
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < n; k++) {
            double factor = a[(size_t)i * n + k];
            for (uint32_t j = 0; j < n; j++)
                c[(size_t)i * n + j] += factor * b[(size_t)k * n + j];
        }
    }
    double trace = 0;
    for (uint32_t i = 0; i < n; i++)
        trace += c[(size_t)i * n + i] + c[(size_t)i * n + (n - 1 - i)];
    free(a);
    free(b);
    free(c);
    return bench_report_float("matmul", trace);
}
