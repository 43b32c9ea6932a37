/* Sorts records with qsort and folds them through tables of functions: indirect calls. */
#include "bench.h"

struct record {
    uint32_t key;
    uint16_t kind, rank;
};

static int by_key(const void *a, const void *b)
{
    uint32_t x = ((const struct record *)a)->key, y = ((const struct record *)b)->key;
    return (x > y) - (x < y);
}

static int by_kind(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    return x->kind != y->kind ? x->kind - y->kind : by_key(a, b);
}

static uint64_t take_sum(uint64_t acc, const struct record *r)
{
    return acc + r->key;
}

static uint64_t take_mix(uint64_t acc, const struct record *r)
{
    return bench_mix(acc, r->rank);
}

static uint64_t take_max(uint64_t acc, const struct record *r)
{
    return acc > r->key ? acc : acc ^ r->key;
}

static uint64_t take_shift(uint64_t acc, const struct record *r)
{
    return acc << (r->rank & 3) | acc >> 61;
}

int main(int argc, char **argv)
{
    uint32_t n = bench_size(argc, argv, 250000), seed = 37;
    int (*volatile orders[])(const void *, const void *) = {by_key, by_kind};
    uint64_t (*volatile folds[])(uint64_t, const struct record *) = {take_sum, take_mix, take_max,
                                                                     take_shift};
    struct record *records = bench_alloc(n, sizeof *records);
    uint64_t hash = BENCH_HASH;
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < n; i++) {
            uint32_t r = bench_random(&seed);
            records[i] = (struct record){r, (uint16_t)(r % 11), (uint16_t)(r >> 20)};
        }
        qsort(records, n, sizeof *records, orders[round]);
        for (int pass = 0; pass < 8; pass++)
            for (uint32_t i = 0; i < n; i++)
                hash = folds[records[i].kind & 3](hash, &records[i]);
    }
    free(records);
    return bench_report("callbacks", hash);
}
