/* A hash of four lanes that multiply, add and rotate, as the fast non-cryptographic ones do. */
#include "bench.h"

typedef uint32_t u4 __attribute__((vector_size(16)));

static inline u4 rotate(u4 x, int n)
{
    return (x << n) | (x >> (32 - n));
}

static uint64_t hash(const uint8_t *p, size_t size)
{
    const uint32_t m1 = 2654435761u, m2 = 2246822519u;
    u4 a = {1, 2, 3, 4}, b = {5, 6, 7, 8};
    for (size_t i = 0; i + 32 <= size; i += 32) {
        u4 x, y;
        memcpy(&x, p + i, 16);
        memcpy(&y, p + i + 16, 16);
        a = rotate(a + x * m2, 13) * m1;
        b = rotate(b ^ (y + a), 7) * m1;
    }
    a = rotate(a, 1) ^ rotate(b, 18);
    uint64_t result = BENCH_HASH;
    for (int i = 0; i < 4; i++)
        result = bench_mix(result, a[i]);
    return result;
}

int main(int argc, char **argv)
{
    uint32_t rounds = bench_size(argc, argv, 400);
    size_t size = 1 << 20;
    uint8_t *data = bench_alloc(size, 1);
    uint32_t seed = 7;
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)bench_random(&seed);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        data[i % size] ^= (uint8_t)i;
        sum = bench_mix(sum, hash(data, size));
    }
    free(data);
    return bench_report("vec_hash", sum);
}
