/* Spectral norm of an infinite matrix by power iteration: integer to double, division. */
#include "bench.h"
#include <math.h>

static double element(uint32_t i, uint32_t j)
{
    return 1.0 / (double)((i + j) * (i + j + 1) / 2 + i + 1);
}

static void multiply(uint32_t n, const double *v, double *out, bool transposed)
{
    for (uint32_t i = 0; i < n; i++) {
        double sum = 0;
        for (uint32_t j = 0; j < n; j++)
            sum += (transposed ? element(j, i) : element(i, j)) * v[j];
        out[i] = sum;
    }
}

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 1000);
    double *u = bench_alloc(n, sizeof *u), *v = bench_alloc(n, sizeof *v);
    double *t = bench_alloc(n, sizeof *t);
    for (uint32_t i = 0; i < n; i++)
        u[i] = 1;
    for (int round = 0; round < 10; round++) {
        multiply(n, u, t, false);
        multiply(n, t, v, true);
        multiply(n, v, t, false);
        multiply(n, t, u, true);
    }
    double vbv = 0, vv = 0;
    for (uint32_t i = 0; i < n; i++) {
        vbv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    free(u);
    free(v);
    free(t);
    return bench_report_float("spectral", sqrt(vbv / vv));
}
